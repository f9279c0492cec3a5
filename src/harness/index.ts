/** A run as a checklist of steps. */
export {};
