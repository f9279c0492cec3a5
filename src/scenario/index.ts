/** Scenario files: schema, units, loading, the built-in catalogue. Heavy libraries are loaded when a file is. */
export { builtInScenarios, type BuiltInScenario } from './catalogue.ts';
export { loadScenario } from './load.ts';
export type { Scenario, ScenarioOptions } from './scenario.ts';

/** Reads and checks a scenario's text; see `parse.ts`. */
export async function parseScenario(
  text: string,
  origin: string,
  options?: import('./parse.ts').ParseOptions,
): Promise<import('./scenario.ts').Scenario> {
  const parse = await import('./parse.ts');
  return parse.parseScenario(text, origin, options);
}
