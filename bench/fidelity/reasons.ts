/** Why steps differ, and what was done about it. Kept beside the scenarios, for whoever reads the figures asks at once. */
import type { ScenarioName } from './names.ts';

/** By step, or by scenario and step where it is about that one only. */
const reasons: Record<string, string> = {};

/** What is known of a difference; empty where nobody found out yet. */
export function reasonOf(scenario: ScenarioName, step: string): string[] {
  const reason = reasons[`${scenario}/${step}`] ?? reasons[step];
  return reason === undefined ? [] : [reason];
}
