/** Scenario files: schema, units, loading, the built-in catalogue. */
export {};
