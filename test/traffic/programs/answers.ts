/** The ways in which the oracle answers a request, right and wrong. */

/** A request and what can be done with its connection. Bytes are latin1. */
export interface Asked {
  /** The request's number in the schedule. */
  number: number;
  /** Which request on its connection, from 1. */
  nth: number;
  /** It is a HEAD request. */
  headOnly: boolean;
  /** The process drains: the connection ends after this answer. */
  last: boolean;
  /** How long an answer takes that comes after its deadline. */
  lateMs: number;
  alive: () => boolean;
  write: (bytes: string, then?: () => void) => void;
  /** Sends the last bytes of a whole and legal answer, and logs it. */
  finish: (bytes: string, status: number, then?: () => void) => void;
  /** Sends an answer that nobody asked for, and logs it. */
  unsolicited: (bytes: string, status: number, then?: () => void) => void;
  whenWritable: (then: () => void) => void;
  /** Requests that follow on the connection get no answer. */
  ignoreRest: () => void;
  end: () => void;
  reset: () => void;
}

type Way = (asked: Asked) => void;

const after = (ms: number, act: () => void): void => void setTimeout(act, ms);
const ok = 'HTTP/1.1 200 OK\r\n';
const whole = (body: string, { status = 200, headers = '' } = {}): string =>
  `HTTP/1.1 ${status} S\r\ncontent-length: ${body.length}\r\n${headers}\r\n${body}`;

/** A whole answer, at once or after 3 ms. */
export const plain: Way = (asked) => {
  const headers = asked.last ? 'connection: close\r\n' : '';
  const length = asked.headOnly ? 'content-length: 5\r\n' : '';
  const bytes = asked.headOnly ? `${ok}${length}${headers}\r\n` : whole('hello', { headers });
  if (asked.number % 2 === 0) asked.finish(bytes, 200);
  else after(3, () => asked.finish(bytes, 200));
};

/** Says that the connection ends after this answer, and ends it a little later: nothing more is answered on it. */
const lastOne: Way = (asked) =>
  asked.finish(whole('hello', { headers: 'connection: close\r\n' }), 200, () => {
    asked.ignoreRest();
    after(20, asked.end);
  });

const bigChunk = 'x'.repeat(256 * 1024);
const bigBytes = 10 * 1024 * 1024;

/** Each way by its name. */
export const answers = {
  plain,
  reset: (asked) => asked.reset(),
  'reset in the head': (asked) => asked.write(`${ok}content-le`, asked.reset),
  'reset in the body': (asked) => asked.write(whole('hello').slice(0, -2), asked.reset),
  'end without an answer': (asked) => asked.end(),
  'Connection: close': lastOne,
  'keep-alive limit': (asked) => {
    if (asked.nth < 5) plain(asked);
    else lastOne(asked);
  },
  'keep-alive limit unsaid': (asked) => {
    if (asked.nth < 5) plain(asked);
    else asked.finish(whole('hello'), 200, asked.end);
  },
  'idle connections closed': (asked) => {
    asked.finish(whole('hello'), 200);
    after(1 + (asked.number % 20), asked.end);
  },
  'truncated body': (asked) => asked.write(whole('hello').slice(0, -2), asked.end),
  'chunked and cut': (asked) =>
    asked.write(`${ok}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`, asked.end),
  chunked: (asked) =>
    asked.finish(`${ok}transfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n\r\n`, 200),
  'close-delimited body': (asked) => asked.finish(`${ok}\r\nhello`, 200, asked.end),
  '100 before': (asked) =>
    asked.write('HTTP/1.1 100 Continue\r\n\r\n', () => asked.finish(whole('hello'), 200)),
  '103 before': (asked) =>
    asked.write('HTTP/1.1 103 Early Hints\r\nlink: </s>\r\n\r\n', () =>
      after(3, () => asked.finish(whole('hello'), 200)),
    ),
  '204': (asked) => asked.finish('HTTP/1.1 204 No Content\r\n\r\n', 204),
  '304': (asked) => asked.finish('HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n', 304),
  '503': (asked) => asked.finish(whole('no', { status: 503 }), 503),
  'unsolicited 408': (asked) =>
    asked.finish(whole('hello'), 200, () =>
      after(1 + (asked.number % 20), () =>
        asked.unsolicited(whole('', { status: 408, headers: 'connection: close\r\n' }), 408, asked.end),
      ),
    ),
  'answer to nobody': (asked) =>
    asked.finish(whole('hello'), 200, () =>
      after(1 + (asked.number % 20), () => asked.unsolicited(whole('nobody'), 200)),
    ),
  'length too long': (asked) => asked.write(`${ok}content-length: 9\r\n\r\nhello`),
  'length too short': (asked) => asked.finish(`${ok}content-length: 3\r\n\r\nhello`, 200),
  'head of 64 KiB': (asked) =>
    asked.finish(whole('hello', { headers: `x-long: ${'y'.repeat(64 * 1024 - 60)}\r\n` }), 200),
  'body of 10 MB': (asked) => {
    if (asked.number % 50 !== 0) plain(asked);
    else {
      let left = bigBytes;
      const next = (): void => {
        if (!asked.alive()) return;
        left -= bigChunk.length;
        if (left <= 0) asked.finish(bigChunk, 200);
        else {
          asked.write(bigChunk);
          asked.whenWritable(next);
        }
      };
      asked.write(`${ok}content-length: ${bigBytes}\r\n\r\n`);
      next();
    }
  },
  garbage: (asked) => asked.write('\u0000\u0001\u0002 no HTTP at all \r\n\r\n'),
  'answer after the deadline': (asked) => after(asked.lateMs, () => asked.finish(whole('hello'), 200)),
  silence: () => {},
  'byte by byte': (asked) => {
    if (asked.number % 8 !== 0) plain(asked);
    else {
      const bytes = whole('x').split('');
      const timer = setInterval(() => {
        const byte = bytes.shift() ?? '';
        if (bytes.length > 0 && asked.alive()) asked.write(byte);
        else {
          clearInterval(timer);
          if (bytes.length === 0) asked.finish(byte, 200);
        }
      }, 2);
    }
  },
} as const satisfies Record<string, Way>;

export type AnswerName = keyof typeof answers;
