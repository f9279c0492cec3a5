/** The scenario file's schema. Everything about the format has its one definition here: types, checks, defaults, JSON Schema. */
import * as z from 'zod';
import { components, kubernetesTimings } from '../cluster/spec.ts';
import { parseKubernetesVersion } from '../cluster/version.ts';
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
import { trafficItems, trafficSchema } from './traffic-schema.ts';
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
  kubernetesVersion: textLike(
    'a version of Kubernetes such as 1.34.0',
    parseKubernetesVersion,
    String.raw`^v?\d+\.\d+\.\d+$`,
  )
    .optional()
    .describe('On kind the nodes are of this version; elsewhere a cluster of another one is said to be one.'),
  nodePower: section({
    kill: text('a command').optional().describe('Cuts the power of the machine $NODE.'),
    start: text('a command').optional().describe('Switches the machine $NODE on again.'),
    pause: text('a command').optional().describe('Makes the machine $NODE hang.'),
    resume: text('a command').optional().describe('Lets the machine $NODE go on.'),
    disconnect: text('a command').optional().describe('Cuts the network link of the machine $NODE.'),
    connect: text('a command').optional().describe('Mends the network link of the machine $NODE.'),
  })
    .optional()
    .describe("Your own commands for the machines' power, with --on existing; a shell runs them."),
});

const embedded = section({
  containerStart: duration({ max: 600_000 })
    .prefault('0s')
    .describe(
      'What a container takes from being due to its process, as a container runtime does. Not sped up.',
    ),
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
  startupPeriod: wholeSeconds({ min: 1 })
    .prefault('2s')
    .describe('Between two startup probes, until the first succeeds; sped up.'),
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
  node: text('the name of a worker')
    .optional()
    .describe("Only this worker, or only pods on it; for a node's component also `control-plane`."),
  component: oneOf(components).optional().describe('What stop-component stops.'),
  for: duration({ above: 0 })
    .optional()
    .describe('Faults of nodes and components: undone after this long; at the end of the run when left out.'),
});

const price = (): ReturnType<typeof decimal> => decimal({ min: 0, max: 1e9 });
const economy = section({
  podCapacity: rate()
    .optional()
    .describe('Requests per second that one pod is good for; measured by its CPU when left out.'),
  calibration: text('a file name')
    .optional()
    .describe('What `openbell capacity` wrote, instead of podCapacity; relative to the scenario file.'),
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
  embedded: embedded.prefault({}).describe('What only the embedded cluster can be told.'),
  workload: workload.prefault({ sampleApi: {} }).describe('What is deployed.'),
  traffic: trafficSchema.describe('What arrives.'),
  economy: economy.prefault({}).describe('What a pod is good for and what things cost, for the report.'),
  faults: list(fault, 'faults').prefault([]).describe('What breaks.'),
  expect: list(text('a rule such as availability >= 99%'), 'rules')
    .prefault([])
    .describe(
      'What must be true of the run: rules `metric operator value`; over trials: `metric.statistic operator value`.',
    ),
});

/** A scenario file after checks of its shape, with defaults filled in. */
export type ScenarioFile = z.output<typeof fileSchema>;
export type FaultItem = z.output<typeof fault>;
/** Schemas of what stands in lists, so that one bad item does not keep the others from being checked. */
export const itemSchemas = { ...trafficItems, fault };
