/** The scenarios beside this file. */
export const scenarioNames = ['pod-kill', 'node-loss', 'scale-up'] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** Where they are played. The third is the embedded cluster with the cost of containers as measured by the first two. */
export const sides = ['embedded', 'kind', 'embedded-with-container-start'] as const;
export type Side = (typeof sides)[number];
