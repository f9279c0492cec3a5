/** The scenario file's schema. Everything about the format has its one definition here: types, checks, defaults, JSON Schema. */
import * as z from 'zod';
import { kubernetesTimings } from '../cluster/spec.ts';
import { faultTypes } from '../faults/spec.ts';
import { exactlyOne, list, section, texts } from './structures.ts';
import {
  cpu,
  decimal,
  duration,
  integer,
  memory,
  oneOf,
  percent,
  rate,
  ratio,
  slug,
  text,
  textLike,
  wholeSeconds,
} from './values.ts';
import { wrong } from './wrong.ts';

const metadata = section({
  name: slug().describe('Names the report folder; also what `openbell run` is told for built-in scenarios.'),
  title: text('a title').optional().describe('Heading of the report; the name when left out.'),
  description: z
    .string({ error: ({ input }) => wrong('text', input) })
    .prefault('')
    .describe('What the scenario shows, for its readers.'),
});

const labels = texts('labels').prefault({});
const capacity = {
  cpu: cpu({ orNone: false }).optional().describe('Cores that pods may request; 2 when left out.'),
  memory: memory().optional().describe('Memory that pods may request; 2Gi when left out.'),
  pods: integer({ min: 1, max: 500 }).optional().describe('The most pods it takes; 110 when left out.'),
};
const worker = section({
  name: slug().optional().describe('`worker-<n>` when left out.'),
  ...capacity,
  labels: labels.describe('Labels of this worker, besides the ones of all workers.'),
});

const cluster = section({
  workers: z
    .union(
      [
        integer({ min: 1, max: 50 }),
        list(worker, 'workers').min(1, { error: 'expected at least one worker, got none' }),
      ],
      {
        error: ({ input }) => wrong('how many workers, or a list of workers', input),
      },
    )
    .prefault(3)
    .describe('How many nodes take pods, or a list with what is special about each.'),
  capacity: section(capacity).prefault({}).describe('What each worker offers.'),
  labels: labels.describe('Labels of every worker.'),
});

const timingOverrides = Object.fromEntries(
  Object.entries(kubernetesTimings)
    .filter(([name]) => name !== 'speedup')
    .map(([name, value]) =>
      name.endsWith('Ms')
        ? [
            name.slice(0, -2),
            duration({ above: 0 })
              .optional()
              .describe(`Kubernetes' default: ${value / 1000}s.`),
          ]
        : [
            name,
            ratio()
              .optional()
              .describe(`Kubernetes' default: ${value * 100}%.`),
          ],
    ),
);
const timing = section({
  speedup: decimal({ min: 1, max: 100 })
    .prefault(1)
    .describe("Divides every timer of the cluster; 1 is Kubernetes' own pace."),
  ...timingOverrides,
});

const autoscaler = section({
  minReplicas: integer({ min: 1, max: 500 }).prefault(1),
  maxReplicas: integer({ min: 1, max: 500 }),
  targetCpuUtilization: percent({ max: 1000 }).prefault('80%').describe('Percent of the CPU request.'),
  behavior: z
    .record(z.string(), z.unknown(), {
      error: ({ input }) => wrong('a mapping with scaleUp and scaleDown', input),
    })
    .optional()
    .describe("`behavior` of Kubernetes' HorizontalPodAutoscaler, as it is."),
});

const sampleApi = section({
  replicas: integer({ min: 1, max: 500 }).prefault(2).describe('Pods before the autoscaler has its say.'),
  cpuRequest: cpu({ orNone: false })
    .prefault('100m')
    .describe('What the scheduler sets aside, and what utilization is a share of.'),
  cpuLimit: cpu({ orNone: true })
    .prefault('none')
    .describe('Where the pod is throttled; `none` for no limit.'),
  quoteWork: duration({ max: 10_000 }).prefault('2ms').describe('CPU time of one GET /quote/<symbol>.'),
  ordersWait: duration({ max: 60_000 })
    .prefault('20ms')
    .describe('How long GET /orders waits as if for a database.'),
  startupDelay: duration({ max: 600_000 })
    .prefault('0s')
    .describe('How long a pod is alive but not ready. Not sped up.'),
  drain: duration({ max: 600_000 })
    .prefault('1s')
    .describe('How long a pod takes new connections after SIGTERM. Not sped up.'),
  readinessPeriod: wholeSeconds({ min: 1 }).prefault('5s').describe('Between two readiness probes; sped up.'),
  terminationGrace: wholeSeconds({ min: 1 }).prefault('30s').describe('From SIGTERM to SIGKILL; sped up.'),
  autoscaler: autoscaler.optional().describe('Left out: the number of pods stays as it is.'),
});

const image = section({
  name: text('an image name with tag such as desk:1'),
  command: list(text('a word of a command'), 'words: the program and its arguments')
    .min(1, { error: 'expected a program, got an empty list' })
    .describe('`node` stands for the Node.js that runs openbell.'),
  workingDir: text('a folder').prefault('.').describe('Relative to the scenario file.'),
  env: texts('environment variables').prefault({}),
});
const manifests = section({
  files: list(text('a file name'), 'YAML files with Kubernetes objects')
    .min(1, { error: 'expected at least one file, got none' })
    .describe('Relative to the scenario file.'),
  service: text('the name of a Service').describe('The Service that receives the traffic.'),
  port: integer({ min: 1, max: 65_535 })
    .optional()
    .describe("Which of the Service's ports; the first when left out."),
  images: list(image, 'images')
    .prefault([])
    .describe('Programs that stand for images on the embedded cluster.'),
});
const workload = exactlyOne({ sampleApi, manifests });

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
const traffic = section({
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
  goodResponse: duration({ above: 0 })
    .optional()
    .describe(
      'Response time up to which the service counts as good; else the limit of a `response.p99 <` expectation, else 500ms.',
    ),
});

const fault = section({
  id: slug().optional().describe('`<type>-<n>` when left out.'),
  type: oneOf(faultTypes),
  at: z
    .union([duration(), section({ phase: text('the name of a phase'), after: duration().prefault('0s') })], {
      error: ({ input }) =>
        wrong(
          'a duration after the start of traffic such as 20s, or {phase: surge, after: 5s}',
          input,
          typeof input === 'number' && input >= 0 ? `write ${input}s` : undefined,
        ),
    })
    .describe('After the start of traffic, or after the start of a phase.'),
  count: integer({ min: 1, max: 500 })
    .optional()
    .describe('How many pods or nodes; 1 when neither this nor percent is given.'),
  percent: percent().optional().describe('How many of those that match, rounded up.'),
  labels: text('a label selector such as tier=api,zone in (a,b)')
    .optional()
    .describe("Label selector; the workload's pods, or all workers, when left out."),
  node: text('the name of a worker').optional().describe('Only this worker, or only pods on it.'),
  for: duration({ above: 0 })
    .optional()
    .describe('Node faults: undone after this long; at the end of the run when left out.'),
});

const price = (): ReturnType<typeof decimal> => decimal({ min: 0, max: 1e9 });
const economy = section({
  podCapacity: rate()
    .optional()
    .describe('Requests per second that one pod is good for; measured by its CPU when left out.'),
  podHour: price().optional().describe('Price of a pod for an hour.'),
  lostRequest: price().optional().describe('Price of a request that did not end ok.'),
  currency: text('a currency such as EUR').optional(),
});

/** Schema of a scenario file. */
export const fileSchema = section({
  apiVersion: oneOf(['openbell.dev/v1']),
  kind: oneOf(['Scenario']),
  metadata,
  seed: integer({ min: 0, max: 4_294_967_295 }).optional().describe('Makes every random choice repeatable.'),
  cluster: cluster.prefault({}).describe('What the cluster looks like.'),
  timing: timing.prefault({}).describe('How fast the cluster acts; values as they would be at speed-up 1.'),
  workload: workload.prefault({ sampleApi: {} }).describe('What is deployed.'),
  traffic: traffic.describe('What arrives.'),
  economy: economy.prefault({}).describe('What a pod is good for and what things cost, for the report.'),
  faults: list(fault, 'faults').prefault([]).describe('What breaks.'),
  expect: list(text('a rule such as availability >= 99%'), 'rules')
    .prefault([])
    .describe('What must be true of the run: rules `metric operator value`.'),
});

/** A scenario file after checks of its shape, with defaults filled in. */
export type ScenarioFile = z.output<typeof fileSchema>;
export type PhaseItem = z.output<typeof phase>;
export type RequestItem = z.output<typeof request>;
export type StepItem = z.output<typeof step>;
export type ThinkItem = z.output<typeof think>;
export type FaultItem = z.output<typeof fault>;
export type VariableItem = z.output<typeof variable>;
export type AuthItem = z.output<typeof auth>;
export type TlsItem = z.output<typeof tls>;
/** Schemas of what stands in lists, so that one bad item does not keep the others from being checked. */
export const itemSchemas = { phase, request, step, fault, variable, auth, tls };
