import type { Outcome } from '../../../src/journal/index.ts';
import type { RequestSpec, TrafficPlan } from '../../../src/traffic/index.ts';
import type { AnswerName } from '../programs/answers.ts';
import type { Lab } from './lab.ts';

/** One way in which a target can fail, or surprise. */
export interface Fault {
  name: string;
  /**
   * What it acts on: the answers, the process or its port, or the path to it. Two of the same process cannot be in force
   * together; anything else can.
   */
  acts: 'answer' | 'process' | 'path';
  /** How requests are answered while it lasts. */
  way?: AnswerName;
  /**
   * The outcome that some requests must have where it is alone: without it the fault was not there. `only ok` where it is
   * no fault at all but HTTP that is used rarely, and no request may be lost to it.
   */
  shows: Outcome | 'only ok';
  /** What the traffic must be like for the fault to show. */
  plan?: Partial<Pick<TrafficPlan, 'connectionPolicy' | 'requests' | 'timeoutMs'>>;
  /** What the target must have for it. */
  needs?: 'secure' | 'named' | 'balanced';
  /** Another oracle must be there to take over. */
  standby?: true;
  begin?: (lab: Lab) => Promise<void>;
  end?: (lab: Lab) => Promise<void>;
}

const get: RequestSpec = { name: 'get', weight: 1, method: 'GET', path: '/', headers: {}, body: null };
/** New connections all the time: what only they meet shows at once. */
const reconnecting: Fault['plan'] = { connectionPolicy: { kind: 'every', requests: 5 } };

const answered = (way: AnswerName, shows: Fault['shows']): Fault => ({
  name: way,
  acts: 'answer',
  way,
  shows,
});

/** All of them, each once. */
export const faults: readonly Fault[] = [
  {
    name: 'process killed',
    standby: true,
    shows: 'refused',
    acts: 'process',
    begin: (lab) => lab.kill(),
    end: (lab) => lab.takeOver(),
  },
  {
    name: 'process terminated, draining',
    standby: true,
    shows: 'refused',
    acts: 'process',
    begin: async (lab) => void lab.serving.process.kill('SIGTERM'),
    end: (lab) => lab.takeOver(),
  },
  {
    name: 'process frozen',
    shows: 'timeout',
    acts: 'process',
    plan: { timeoutMs: 200 },
    begin: async (lab) => void lab.serving.process.kill('SIGSTOP'),
    end: async (lab) => void lab.serving.process.kill('SIGCONT'),
  },
  {
    name: 'port closed and reopened',
    shows: 'refused',
    acts: 'process',
    begin: async (lab) => void (await lab.serving.order({ kind: 'close' })),
    end: (lab) => lab.reopen(),
  },
  {
    name: 'accept backlog full',
    shows: 'timeout',
    acts: 'process',
    plan: { connectionPolicy: { kind: 'perRequest' }, timeoutMs: 200 },
    begin: async (lab) => {
      await lab.serving.order({ kind: 'close' });
      await lab.serving.order({ kind: 'listen', port: lab.port, backlog: 1 });
      await lab.serving.order({ kind: 'block', ms: 300 });
    },
    end: async (lab) => {
      await lab.serving.order({ kind: 'close' });
      await lab.reopen();
    },
  },
  {
    name: 'connect that hangs',
    shows: 'timeout',
    acts: 'process',
    plan: { ...reconnecting, timeoutMs: 200 },
    begin: async (lab) => void (await lab.serving.order({ kind: 'hang', port: lab.port })),
    end: async (lab) => void (await lab.serving.order({ kind: 'unhang', port: lab.port })),
  },
  answered('reset', 'reset'),
  answered('reset in the head', 'reset'),
  answered('reset in the body', 'reset'),
  answered('end without an answer', 'reset'),
  answered('Connection: close', 'only ok'),
  answered('keep-alive limit', 'only ok'),
  answered('keep-alive limit unsaid', 'ok'),
  answered('idle connections closed', 'ok'),
  answered('truncated body', 'reset'),
  answered('chunked and cut', 'reset'),
  answered('chunked', 'only ok'),
  answered('close-delimited body', 'only ok'),
  answered('100 before', 'only ok'),
  answered('103 before', 'only ok'),
  answered('204', 'only ok'),
  answered('304', 'only ok'),
  {
    name: 'HEAD',
    shows: 'only ok',
    acts: 'path',
    plan: { requests: [{ ...get, name: 'head', method: 'HEAD' }, get] },
  },
  answered('503', 'http_error'),
  answered('unsolicited 408', 'ok'),
  answered('answer to nobody', 'ok'),
  answered('length too long', 'timeout'),
  answered('length too short', 'only ok'),
  answered('head of 64 KiB', 'only ok'),
  answered('body of 10 MB', 'only ok'),
  answered('garbage', 'reset'),
  answered('answer after the deadline', 'timeout'),
  answered('silence', 'timeout'),
  answered('byte by byte', 'only ok'),
  {
    name: 'name that stops resolving',
    shows: 'refused',
    acts: 'path',
    needs: 'named',
    plan: reconnecting,
    begin: async (lab) => lab.setName('gone'),
    end: async (lab) => lab.setName('resolves'),
  },
  {
    name: 'resolver that hangs',
    shows: 'timeout',
    acts: 'path',
    needs: 'named',
    plan: { ...reconnecting, timeoutMs: 200 },
    begin: async (lab) => lab.setName('hangs'),
    end: async (lab) => lab.setName('resolves'),
  },
  {
    name: 'balancer that swaps backends',
    standby: true,
    shows: 'reset',
    acts: 'path',
    needs: 'balanced',
    begin: (lab) => lab.swapBackends(),
  },
  {
    name: 'certificate that has expired',
    shows: 'refused',
    acts: 'path',
    needs: 'secure',
    begin: (lab) => lab.useCertificate('expired'),
    end: (lab) => lab.useCertificate('valid'),
  },
];
