/** Open-model HTTP load: rate shapes, the pacer, connections, outcomes. */
export type * from './plan.ts';
export type * from './engine.ts';
export { startTraffic } from './start.ts';
export { startRemoteTraffic, type RemoteGenerator } from './remote/start.ts';
export { controlPort, toEnvironment, type RemoteInput } from './remote/protocol.ts';
export type { ClockOffset } from './remote/clock.ts';
export { offeredPerSecond, phaseStarts, scheduleOf, type Schedule } from './schedule.ts';
export { describeShape } from './shapes.ts';
export { isTemplate, parseTemplate } from './template.ts';
export { parseAnswerRule, type AnswerCheck } from './answer-rule.ts';
export { variableNames } from './generator/values.ts';
export { checkName, saveName } from './generator/answer-checks.ts';
export { requestSamples, type RequestSample } from './generator/request-samples.ts';
