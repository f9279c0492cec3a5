/** Writes one JSON object as one line. */
export type Log = (entry: Record<string, unknown>) => void;

/** Lines on standard output. They are lost, without harm, once nobody reads it any more. */
export function standardOutputLog(): Log {
  process.stdout.on('error', () => {});
  return (entry) => {
    process.stdout.write(`${JSON.stringify({ time: new Date().toISOString(), ...entry })}\n`);
  };
}
