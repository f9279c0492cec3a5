import type { Outcome } from '../../journal/index.ts';
import type { ThinkTime } from '../plan.ts';
import { Agenda } from './agenda.ts';
import { drawAt } from './mix.ts';
import type { SecondRecord } from './second-record.ts';
import type { Visitor } from './transport.ts';
import type { Value } from './values.ts';

/** A user whose request could not even be delivered tries again no sooner than this, ms: people do not hammer. */
const shortestRetryMs = 100;

/** A turn that has sent for so long lets answers be read before it goes on, ms. */
const longTurnMs = 5;

export interface VisitsOptions {
  /** Pause before each step of a visit; one step where visits are no sessions. */
  steps: readonly ThinkTime[];
  /** Whether the steps are those of a session, which is counted when it begins and ends. */
  sessions: boolean;
  /** The closed model: how many users there are, and their pause between two visits; null in the open model. */
  users: { phases: readonly UserPhase[]; think: ThinkTime } | null;
  startMs: number;
  endMs: number;
  seed: number;
  now: () => number;
  /** Sends a visitor's next request. Its end is told with {@link Visitor.ended}, perhaps before this returns. */
  fire: (visitor: Visitor, dueMs: number, nowMs: number) => void;
  /** Something became due earlier than anything before. */
  wake: (dueMs: number) => void;
}

/** A stretch of time with so many users; relative to the start of traffic. */
interface UserPhase {
  startMs: number;
  durationMs: number;
  users: number;
}

/**
 * Requests that follow from answers. In the open model each arrival begins a session, whose next step is due when the step
 * before was answered and the pause is over. In the closed model a fixed number of users make one visit after the other.
 */
export class Visits {
  readonly #options: VisitsOptions;
  readonly #agenda = new Agenda<Visit>();
  readonly #pauseSeed: number;
  #pauses = 0;
  #users = 0;
  #begun = 0;
  #phase = -1;
  #stopped = false;

  constructor(options: VisitsOptions) {
    this.#options = options;
    this.#pauseSeed = (options.seed ^ 0x7417_1c3d) >>> 0;
  }

  /** Users who are here now; 0 in the open model. */
  get users(): number {
    return this.#users;
  }

  get nextDueMs(): number {
    const { users, startMs, endMs } = this.#options;
    const next = users?.phases[this.#phase + 1];
    const phaseMs = next === undefined || this.#stopped ? Number.POSITIVE_INFINITY : startMs + next.startMs;
    return Math.min(this.#agenda.nextDueMs, phaseMs < endMs ? phaseMs : Number.POSITIVE_INFINITY);
  }

  /** An arrival of the open model begins a session. */
  begin(index: number, dueMs: number, nowMs: number): void {
    this.#fire(new Visit(this, index, false), dueMs, nowMs);
  }

  /** Sends what has come due. */
  turn(nowMs: number): void {
    this.#enterPhase(nowMs);
    const { now } = this.#options;
    for (let at = nowMs; at - nowMs <= longTurnMs; at = now()) {
      const due = this.#agenda.takeDue(at);
      if (due === null) return;
      this.#fire(due.what, due.dueMs, at);
    }
  }

  /** Nothing further is sent. */
  stop(): void {
    this.#stopped = true;
    this.#agenda.clear();
    this.#users = 0;
  }

  /** @internal See {@link Visitor.concluded}. */
  concluded(visit: Visit, outcome: Outcome, second: SecondRecord): void {
    if (this.#options.sessions && !this.#goesOn(visit, outcome)) second.sessionEnded(outcome === 'ok');
  }

  /** @internal See {@link Visitor.ended}. */
  ended(visit: Visit, outcome: Outcome, nowMs: number): void {
    const { steps, users } = this.#options;
    if (this.#goesOn(visit, outcome)) {
      visit.step++;
      this.#later(visit, nowMs + this.#pause(steps[visit.step]), nowMs);
      return;
    }
    if (users === null) return;
    if (this.#users > (users.phases[this.#phase]?.users ?? 0)) {
      this.#users--;
      return;
    }
    visit.renew(this.#begun++);
    const undelivered = outcome === 'refused' || outcome === 'reset' || outcome === 'dropped';
    const pauseMs = Math.max(this.#pause(users.think), undelivered ? shortestRetryMs : 0);
    this.#later(visit, nowMs + pauseMs, nowMs);
  }

  #goesOn({ step }: Visit, outcome: Outcome): boolean {
    return outcome === 'ok' && step + 1 < this.#options.steps.length;
  }

  /** New users begin spread over their pause, so that they do not act in step for ever. */
  #enterPhase(nowMs: number): void {
    const { users, startMs } = this.#options;
    for (;;) {
      const next = users?.phases[this.#phase + 1];
      if (users === null || next === undefined || startMs + next.startMs > nowMs || this.#stopped) return;
      this.#phase++;
      const added = Math.max(0, next.users - this.#users);
      const spreadMs = Math.min((users.think.fromMs + users.think.toMs) / 2, next.durationMs / 2);
      for (let i = 0; i < added; i++) {
        this.#users++;
        const dueMs = startMs + next.startMs + (spreadMs * i) / added;
        this.#agenda.add(dueMs, new Visit(this, this.#begun++, true));
      }
    }
  }

  #later(visit: Visit, dueMs: number, nowMs: number): void {
    if (this.#stopped || dueMs >= this.#options.endMs) {
      if (visit.isUser) this.#users--;
      return;
    }
    if (dueMs <= nowMs) {
      this.#fire(visit, dueMs, nowMs);
      return;
    }
    const earliest = this.#agenda.nextDueMs;
    this.#agenda.add(dueMs, visit);
    if (dueMs < earliest) this.#options.wake(dueMs);
  }

  #fire(visit: Visit, dueMs: number, nowMs: number): void {
    this.#options.fire(visit, dueMs, nowMs);
  }

  #pause(think: ThinkTime | undefined): number {
    if (think === undefined || think.toMs === 0) return 0;
    if (think.fromMs === think.toMs) return think.fromMs;
    return think.fromMs + (think.toMs - think.fromMs) * drawAt(this.#pauseSeed, this.#pauses++);
  }
}

/** One session of the open model, or a user of the closed one, who makes visit after visit. */
class Visit implements Visitor {
  index: number;
  step = 0;
  readonly saved = new Map<string, Value>();
  readonly isUser: boolean;
  connection: Visitor['connection'] = null;
  readonly #visits: Visits;

  constructor(visits: Visits, index: number, isUser: boolean) {
    this.#visits = visits;
    this.index = index;
    this.isUser = isUser;
  }

  /** Begins the user's next visit; what the last one kept is forgotten, the connection stays. */
  renew(index: number): void {
    this.index = index;
    this.step = 0;
    this.saved.clear();
  }

  concluded(outcome: Outcome, second: SecondRecord): void {
    this.#visits.concluded(this, outcome, second);
  }

  ended(outcome: Outcome, nowMs: number): void {
    this.#visits.ended(this, outcome, nowMs);
  }
}
