/**
 * `node:http` without its cost: an `import` of it evaluates every export, and one of them (`WebSocket`) loads an HTTP client and a
 * WebSocket library, 8 MB in each node process.
 */
export const { request: httpRequest } = process.getBuiltinModule('node:http');
