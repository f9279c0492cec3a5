/** Findings as HTML, JSON and text; pure functions. */
export {};
