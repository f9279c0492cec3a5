import type { Pieces } from '../pieces.ts';
import type { ThinkItem } from '../traffic-schema.ts';
import { Finder, type Found } from './check.ts';

/** Whether the file is of one model: arrivals by rate, or users who act again when answered; and what belongs to which. */
export function checkUsers({ phases, traffic, steps }: Pieces): Found {
  const found = new Finder();
  const known = phases.filter((phase) => phase !== undefined);
  const isClosed = known[0]?.users !== undefined;
  for (const [index, phase] of phases.entries()) {
    if (phase === undefined || (phase.users !== undefined) === isClosed) continue;
    const key = isClosed ? 'rate' : 'users';
    const expected = isClosed ? 'users, as in the first phase' : 'a rate, as in the first phase';
    found.problem(
      ['traffic', 'phases', index, key],
      `expected ${expected}: a run is of the open model or of the closed one`,
    );
  }
  if (traffic?.think !== undefined && known.length > 0 && !isClosed) {
    found.problem(['traffic', 'think'], 'expected think only with users: arrivals do not wait');
  }
  if (traffic?.session !== undefined && traffic.requests !== undefined) {
    found.problem(['traffic', 'session'], 'expected requests or session, got both');
  }
  const mostUsers = Math.max(0, ...known.map(({ users = 0 }) => users));
  if (traffic?.connections !== undefined && traffic.connections < mostUsers) {
    found.problem(
      ['traffic', 'connections'],
      `expected at least one for each user (${mostUsers}), got ${traffic.connections}`,
    );
  }
  checkPause(traffic?.think, ['traffic', 'think'], found);
  for (const [index, step] of steps.entries()) {
    const path = ['traffic', 'session', 'steps', index, 'think'];
    checkPause(step?.think, path, found);
    if (index === 0 && step?.think !== undefined) {
      found.problem(path, 'expected no pause before the first step: a session begins with it');
    }
  }
  return found;
}

/** What a pod is good for is stated once. */
export function checkEconomy({ economy }: Pieces): Found {
  const found = new Finder();
  if (economy?.podCapacity !== undefined && economy.calibration !== undefined) {
    found.problem(['economy', 'calibration'], 'expected podCapacity or calibration, got both');
  }
  return found;
}

function checkPause(think: ThinkItem | undefined, path: (string | number)[], found: Finder): void {
  if (typeof think !== 'object' || think.to >= think.from) return;
  found.problem([...path, 'to'], `expected at least from (${think.from}ms), got ${think.to}ms`);
}
