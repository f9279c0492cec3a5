/** What a scenario file says about traffic: shapes of the rate, users, requests, sessions, values, credentials. */
import * as z from 'zod';
import { exactlyOne, list, section, texts } from './structures.ts';
import { decimal, duration, integer, oneOf, rate, slug, text, textLike } from './values.ts';
import { wrong } from './wrong.ts';

const rateShape = z.union(
  [
    rate(),
    exactlyOne({
      ramp: section({ from: rate(), to: rate() }).describe('In a straight line.'),
      step: section({ from: rate(), to: rate(), steps: integer({ min: 2, max: 1000 }) }).describe(
        'In equal stairs.',
      ),
      spike: section({
        base: rate(),
        peak: rate(),
        at: duration().optional().describe('Of the peak; the middle of the phase when left out.'),
        width: duration({ above: 0 }).describe("Of the spike's foot."),
      }).describe('A triangle on a level.'),
      sine: section({ mean: rate(), amplitude: rate(), period: duration({ above: 0 }) }).describe(
        'Waves around a mean.',
      ),
      replay: section({
        file: text('a file name').describe(
          'CSV with the columns seconds,rate or time,rate; relative to the scenario file.',
        ),
        speed: decimal({ min: 0.001, max: 100_000 })
          .prefault(1)
          .describe('The recorded time passes so many times as fast; rates stay as they are.'),
        scale: decimal({ min: 1e-6, max: 1e6 })
          .prefault(1)
          .describe('What the recorded rates are multiplied with.'),
      }).describe('A recorded rate.'),
      accessLog: section({
        file: text('a file name').describe(
          'Lines with [10/Oct/2025:09:30:00 +0000], or JSON lines with time; relative to the scenario file.',
        ),
        speed: decimal({ min: 0.001, max: 100_000 })
          .prefault(1)
          .describe('The recorded time passes so many times as fast: arrivals come so much closer together.'),
      }).describe('The arrivals of an access log, one for each line.'),
    }),
  ],
  {
    error: ({ input }) =>
      wrong(
        'a rate above 0 such as 200/s, or one of ramp, step, spike, sine, replay, accessLog',
        input,
        typeof input === 'number' && input > 0 ? `write ${input}/s` : undefined,
      ),
  },
);
const phase = section({
  name: slug(),
  duration: duration({ above: 0 }),
  rate: rateShape
    .optional()
    .describe('Requests that arrive per second, whether or not earlier ones were answered (open model).'),
  users: integer({ min: 1, max: 50_000 })
    .optional()
    .describe('Instead of a rate: so many users, each of whom acts again when answered (closed model).'),
}).superRefine(({ rate, users }, context) => {
  if ((rate === undefined) !== (users === undefined)) return;
  const message =
    rate === undefined
      ? wrong(
          'a rate above 0 such as 200/s, one of ramp, step, spike, sine, replay, accessLog, or users instead',
          undefined,
        )
      : 'expected rate or users, got both';
  context.addIssue({ code: 'custom', message, path: [rate === undefined ? 'rate' : 'users'] });
});

const pathPattern = String.raw`^/[!-~]*$`;
const requestParts = {
  method: oneOf(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).prefault('GET'),
  path: textLike(
    'a path such as /quote/AAPL, without spaces',
    (path) => (new RegExp(pathPattern).test(path) ? path : null),
    pathPattern,
  ),
  headers: texts('headers').prefault({}),
  json: z.unknown().optional().describe('Body, sent as JSON with its content-type.'),
  body: z
    .string({ error: ({ input }) => wrong('text', input) })
    .optional()
    .describe('Body, sent as text.'),
  bodyFile: text('a file name')
    .optional()
    .describe('Body, from a file relative to the scenario file; sent byte for byte, without variables.'),
  checks: list(text('a rule such as json bid > 0'), 'rules')
    .optional()
    .describe(
      'What the answer must be: rules `status|header <name>|json <path>|body` operator value. An answer that fails one is an http_error.',
    ),
};
const request = section({
  name: slug().optional().describe('`request-<n>` when left out.'),
  weight: decimal({ min: 0, max: 1e6 })
    .prefault(1)
    .describe('Share of the mix: weight ÷ sum of all weights.'),
  ...requestParts,
});

const think = z
  .union(
    [
      duration(),
      section({ from: duration(), to: duration() }).describe('Drawn evenly from this range, by the seed.'),
    ],
    { error: ({ input }) => wrong('a duration such as 2s, or {from: 1s, to: 3s}', input) },
  )
  .describe('A pause.');
const savePattern = String.raw`^\s*(json|header)\s+\S+\s*$`;
const step = section({
  name: slug().optional().describe('`step-<n>` when left out.'),
  ...requestParts,
  think: think.optional().describe('Pause before this step.'),
  save: z
    .record(
      z.string(),
      textLike(
        'json <path> or header <name>, such as json token',
        (place) => (new RegExp(savePattern).test(place) ? place : null),
        savePattern,
      ),
      { error: ({ input }) => wrong('a mapping from names to places in the answer', input) },
    )
    .prefault({})
    .describe('What later steps use as variables.'),
});
const session = section({
  steps: list(step, 'steps').min(1, { error: 'expected at least one step, got none' }),
  cookies: z
    .boolean({ error: ({ input }) => wrong('true or false', input) })
    .prefault(true)
    .describe('Whether cookies that an answer sets are sent with later steps.'),
});

const value = z.union([z.string(), z.number()], { error: ({ input }) => wrong('a text or a number', input) });
const variable = exactlyOne({
  sequence: section({
    from: integer({ min: 0, max: 1e12 }).prefault(1),
    to: integer({ min: 0, max: 1e12 })
      .optional()
      .describe('After this again from the first; never when left out.'),
  }).describe('Counts the arrivals, so that each has a number of its own.'),
  random: list(value, 'values')
    .min(1, { error: 'expected at least one value, got none' })
    .describe('One of these, drawn by the seed.'),
  csv: section({
    file: text('a file name').describe('With a header line; relative to the scenario file.'),
    order: oneOf(['sequence', 'random'])
      .prefault('sequence')
      .describe('Row after row, or drawn by the seed.'),
  }).describe('A row of a file; its cells are `<name>.<column>`.'),
});
const environmentName = (): ReturnType<typeof textLike<string>> =>
  textLike(
    'the name of an environment variable such as API_TOKEN',
    (name) => (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) ? name : null),
    '^[A-Za-z_][A-Za-z0-9_]*$',
  );
const auth = exactlyOne({
  basic: section({ userEnv: environmentName(), passwordEnv: environmentName() }),
  bearer: section({ tokenEnv: environmentName() }),
});
const tls = section({
  ca: text('a file name').optional().describe('Whom to trust, PEM; whom Node.js trusts when left out.'),
  cert: text('a file name').optional().describe('Client certificate, PEM.'),
  key: text('a file name').optional().describe("The client certificate's key, PEM."),
  serverName: text('a host name').optional().describe("The name in the target's certificate."),
  verify: z
    .boolean({ error: ({ input }) => wrong('true or false', input) })
    .prefault(true)
    .describe("Whether the target's certificate is checked."),
});

/** The URL's origin; null where it is no URL to send traffic to. */
function targetOf(text: string): URL | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.hostname === '') return null;
  const isOrigin = url.pathname === '/' && url.search === '' && url.hash === '';
  return isOrigin && url.username === '' && url.password === '' ? url : null;
}

const reconnectPattern = String.raw`^never$|^[1-9]\d* requests?$`;
/** `traffic` of a scenario file. */
export const trafficSchema = section({
  phases: list(phase, 'phases').min(1, { error: 'expected at least one phase, got none' }),
  requests: list(request, 'requests')
    .min(1, { error: 'expected at least one request, got none' })
    .optional()
    .describe('What is sent, mixed by weight; GET /quote/AAPL when left out.'),
  session: session
    .optional()
    .describe('Instead of requests: steps of one user in sequence, with values carried over.'),
  think: think.optional().describe("With users: each one's pause between two visits; none when left out."),
  variables: z
    .record(z.string(), variable, { error: ({ input }) => wrong('a mapping from names to variables', input) })
    .prefault({})
    .describe('What requests may differ in: `${name}` in paths, header values and bodies.'),
  auth: auth.optional().describe('Who the requests come from; values stay in the environment.'),
  tls: tls.optional().describe('Speaks HTTPS when given, also as {}.'),
  target: textLike('a URL such as http://127.0.0.1:8080', targetOf, '^https?://')
    .optional()
    .describe("Where the traffic goes; the Service's entry point when left out."),
  connections: integer({ min: 1, max: 50_000 })
    .optional()
    .describe(
      'The most connections at once; enough to survive a stall of 1 s at the highest rate when left out.',
    ),
  timeout: duration({ above: 0, max: 600_000 })
    .prefault('2s')
    .describe('From the send to the complete answer.'),
  reconnectEvery: textLike(
    'never or a number of requests such as "20 requests"',
    (value) =>
      new RegExp(reconnectPattern).test(value) ? Number.parseInt(value, 10) || ('never' as const) : null,
    reconnectPattern,
  )
    .prefault('never')
    .describe('When a connection is given up and opened anew: never, or after this many requests.'),
  from: oneOf(['here', 'cluster'])
    .prefault('here')
    .describe('Where the load is made: on this machine, or by pods in the cluster.'),
  pods: integer({ min: 1, max: 50 })
    .optional()
    .describe('With `from: cluster`: how many pods share the load; 1 when left out.'),
  goodResponse: duration({ above: 0 })
    .optional()
    .describe(
      'Response time up to which the service counts as good; else the limit of a `response.p99 <` expectation, else 500ms.',
    ),
});

export type PhaseItem = z.output<typeof phase>;
export type RequestItem = z.output<typeof request>;
export type StepItem = z.output<typeof step>;
export type ThinkItem = z.output<typeof think>;
export type VariableItem = z.output<typeof variable>;
export type AuthItem = z.output<typeof auth>;
export type TlsItem = z.output<typeof tls>;
/** Schemas of traffic's parts, so that one bad item does not keep the others from being checked. */
export const trafficItems = { phase, request, step, variable, auth, tls };
