/** What measures are called on pages and in sentences. */
import type { Measure } from '../../analysis/index.ts';

const titles: Record<string, string> = {
  availability: 'Availability',
  'requests.scheduled': 'Requests scheduled',
  'requests.ok': 'Requests that ended ok',
  'requests.failed': 'Requests that did not end ok',
  'requests.httpError': 'Requests with an error status',
  'requests.timeout': 'Requests that timed out',
  'requests.refused': 'Requests refused',
  'requests.reset': 'Requests cut off',
  'requests.dropped': 'Requests never sent',
  'pods.max': 'Most pods Ready',
  'pods.min': 'Fewest pods in rotation',
  'pods.restarts': 'Container restarts',
  'pods.seconds': 'Pod-seconds',
  'cost.pods': 'Cost of pods',
  'cost.lost': 'Cost of lost requests',
  'cost.total': 'Cost of pods and lost requests',
  'elasticity.underTimeshare': 'Time with too few pods',
  'elasticity.overTimeshare': 'Time with too many pods',
  'elasticity.underAccuracy': 'Pods lacking, mean share',
  'elasticity.overAccuracy': 'Pods in excess, mean share',
  'nodes.min': 'Fewest nodes Ready',
  'hpa.scaleUps': 'Scale-ups',
  'hpa.scaleDowns': 'Scale-downs',
  'hpa.firstScaleUp': 'Time to the first scale-up',
  'generator.latenessP99': 'Lateness of sends, p99',
  'generator.saturatedSeconds': 'Seconds spoiled by the generator',
};

const families: Record<string, string> = { response: 'Response time', service: 'Service time' };
const ofFaults: Record<string, string> = { lost: 'lost requests' };

const ofTheWorst: Record<string, string> = {
  outage: 'Longest outage',
  recovery: 'Longest recovery',
  repair: 'Longest repair',
  reaction: 'Longest reaction',
  lost: 'Most requests lost to one fault',
};

/** A measure's title: `node-loss: outage`, `Response time, p99`; a measure that has none is called by its name. */
export function titleOf({ name }: Pick<Measure, 'name'>): string {
  const known = titles[name];
  if (known !== undefined) return known;
  const [family = '', ...rest] = name.split('.');
  const last = rest.at(-1) ?? '';
  const called = families[family];
  if (called !== undefined) return `${called}, ${last === 'max' ? 'longest' : last}`;
  if (family === 'fault') return `${rest.slice(0, -1).join('.')}: ${ofFaults[last] ?? last}`;
  if (family === 'faults') {
    const which = rest.slice(0, -1).join('.');
    return `${ofTheWorst[last] ?? `Worst ${last}`}${which === '' ? '' : ` (${which})`}`;
  }
  return name;
}

/** Where measures belong together. */
export function familyOf({ name }: Pick<Measure, 'name'>): string {
  const [family = ''] = name.split('.');
  if (family === 'fault' || family === 'faults') return 'Healing';
  if (family === 'availability' || family === 'requests') return 'Requests';
  if (family === 'response' || family === 'service') return 'Latency';
  if (family === 'pods' || family === 'nodes' || family === 'hpa' || family === 'elasticity')
    return 'Pods, nodes and scaling';
  if (family === 'cost') return 'Cost';
  return family === 'generator' ? 'Load generator' : 'More';
}

/** The order in which families are shown. */
export const familyOrder = [
  'Healing',
  'Requests',
  'Latency',
  'Pods, nodes and scaling',
  'Cost',
  'More',
  'Load generator',
];

const firstOfAll = ['outage', 'lost', 'availability', 'p99'];

/** Measures by how soon a reader asks for them; otherwise as they come. */
export function inOrder<M extends Pick<Measure, 'name'>>(measures: readonly M[]): M[] {
  const place = ({ name }: M): number => {
    const found = firstOfAll.indexOf(name.split('.').at(-1) ?? '');
    const among = found === -1 ? firstOfAll.length : found;
    return among + (name.startsWith('faults.') ? 0.5 : 0);
  };
  return measures.toSorted((one, other) => place(one) - place(other));
}
