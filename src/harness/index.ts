/** A run as a checklist of steps. */
export { renderFromJournal, type Rendered } from './report.ts';
export { runScenario, type RunOptions, type RunResult } from './run.ts';
export type { RunObserver } from './observer.ts';
export { cleanCluster, type Cleaned, type CleanOptions } from './clean.ts';
export { rolesForScenario } from './rbac.ts';
export { examineMachine } from './doctor.ts';
export { endLabs, startLab, type LabOptions } from './lab.ts';
export { runTrials, type TrialAhead, type TrialsObserver, type TrialsOptions } from './trials/run-trials.ts';
export { holdsTrials, renderTrialsFolder, type RenderedTrials } from './trials/render.ts';
export { compareFolders, type CompareOptions } from './trials/compare.ts';
export { exportRun } from './export.ts';
export { serveMetrics } from './metrics-endpoint.ts';
export { measureCapacity, type Capacity, type CapacityOptions } from './capacity/capacity.ts';
export type { CapacityResult, ClosedPoint, HoldPoint, PodsCapacity } from './capacity/result.ts';
