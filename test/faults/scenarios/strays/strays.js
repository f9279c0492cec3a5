// Answers requests, after it has started two children that leave it: one keeps the environment, the other has none.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const listens = `
  const server = require('node:net').createServer();
  server.listen(0, process.argv[1]);
  process.on('SIGTERM', () => {});
`;
for (const env of [process.env, {}]) {
  spawn(process.execPath, ['-e', listens, process.env.POD_IP], {
    detached: true,
    stdio: 'ignore',
    env,
  }).unref();
}
createServer((_request, response) => response.end('here\n')).listen(
  process.env.PORT ?? 8080,
  process.env.POD_IP,
);
