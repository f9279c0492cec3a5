/** The client of a real API server: connect, apply, watch, wait. */
export {};
