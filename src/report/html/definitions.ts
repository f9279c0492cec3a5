/** What the report's words mean, in short. Names are anchors of the page and of `docs/definitions.md`. */
export const definitions = {
  reaction: ['Reaction', 'From the fault to the first change that Kubernetes makes because of it.'],
  repair: [
    'Repair',
    'From the first reaction until every replacement is Ready, and every pod that came back by itself.',
  ],
  recovery: [
    'Recovery',
    'From the first reaction until the service was good again: outage less reaction, and 0 if it was good before.',
  ],
  outage: [
    'Outage',
    'From the fault to the last bad request put down to it, after which the service was good for a full second in which requests were due. 0 if there was none. Not known when traffic ended before that second, or when none ran at the fault.',
  ],
  lost: [
    'Lost requests',
    'Requests that did not end ok and are put down to a fault, each to at most one: by the pod that failed them or, where that is unknown, by their time.',
  ],
  'healing-waterfall': [
    'Healing waterfall',
    'The steps from a fault to the first request served by what replaced the loss. Where several pods are affected, each step shows the last of them. A step’s duration runs from the latest of the steps before it.',
  ],
  'longest-step': [
    'Longest step',
    'The step of healing that took most time since the latest step before it, with the setting that governs it. Steps that wait for no timer are named with what went on meanwhile.',
  ],
  'lost-by-cause': [
    'Lost by cause',
    'Every request that did not end ok, put down to at most one fault: by the pod that failed it if the fault took that pod, else by time. What no fault explains is shown as such.',
  ],
  'error-budget': [
    'Error budget',
    'How many requests the expected availability allows to be lost: (1 − goal) × requests scheduled. Without such an expectation 99.9 % is assumed.',
  ],
  apdex: [
    'Apdex',
    'Requests answered ok within T count whole, within 4 T half, all others not at all; divided by the requests scheduled. T is the scenario’s limit for good responses, else 500 ms.',
  ],
  'worst-second': [
    'Worst second',
    'The second in which the largest share of the requests due in it was lost or slower than the limit; where none was, the one with the highest p99.',
  ],
  'fault-windows': [
    'Before, during and after a fault',
    'Whole seconds: during, all that the fault’s effects touch, until good service and all replacements in rotation; before and after, up to 10 s beside it that no fault’s effects touch.',
  ],
  rerouting: [
    'Rerouting',
    'How traffic moves: from the instant a pod is gone or not ready to the last request that still went to it, and from Ready to its first request served.',
  ],
  availability: [
    'Availability',
    'Requests that ended ok divided by requests scheduled, over the whole run. Requests that were dropped count against it: that customer was not served.',
  ],
  outcome: [
    'Outcome',
    'How a scheduled request ended. Each ends in exactly one: ok (answered well), http_error (answered with an error status, or with an answer that fails a check), timeout (not answered in time), refused (no connection could be made), reset (the connection broke), dropped (never sent, because no connection was free or the generator could not keep up).',
  ],
  check: [
    'Check',
    'A rule about answers that the scenario states for a request: on the status, a header, a value of a JSON body, or the text. An answer that fails one is an http_error, whatever its status.',
  ],
  balance: [
    'Balance',
    'Requests a pod answered divided by its fair share, over the seconds in which it was in rotation with others; the fair share is what they would have got each had all got the same. Connections explain an imbalance when they are off by at least half as much in the same direction.',
  ],
  offered: [
    'Offered load',
    'Requests that the scenario scheduled in a second. In an open model it sends on schedule whether or not earlier requests have returned; in a closed one (users) a request is due when the answer before came and the pause was over. Each request counts in the second in which it was due.',
  ],
  'service-time': [
    'Service time',
    'From the instant a request was sent to its answer: what the service took.',
  ],
  'response-time': [
    'Response time',
    'From the instant a request was due to its answer: what a customer waited, including time spent queueing before it could be sent. Measured from the schedule, it does not hide stalls (coordinated omission).',
  ],
  percentile: [
    'Percentiles',
    'p99 is the time within which 99 of 100 requests were answered. Percentiles come from merged histograms and are never averaged.',
  ],
  desired: [
    'Desired pods',
    'The number of replicas that the workload’s Deployment is asked to have, by the autoscaler or by hand.',
  ],
  ready: ['Ready pods', 'Pods whose readiness probe succeeds.'],
  'in-rotation': [
    'In rotation',
    'Pods that the Service’s EndpointSlices list as ready: where new connections can go. The pod of a lost node stays in rotation until the control plane notices.',
  ],
  'pod-states': [
    'States of a pod',
    'As Kubernetes saw them: pending (not placed yet), starting (placed, not ready for the first time), ready, not ready (was ready before), terminating (asked to end), lost (its node is silent or gone). “Hit, not noticed” is what Kubernetes did not see: a fault had landed on the pod, but it still counted as before.',
  ],
  'scaling-decision': [
    'Scaling decision',
    'A change of the desired number of pods, with the reason the autoscaler gave.',
  ],
  'scaling-delay': [
    'Scaling delay',
    'From the first second of a rise of the load through the metrics, the autoscaler’s decision and the new pods’ lives to the first request that one of them served.',
  ],
  'hpa-sync': [
    'Look of the autoscaler',
    'Once per sync period the autoscaler divides the pods’ CPU by what they request, compares it with the target and asks for ceil(pods × ratio); stabilization windows, policies and limits follow. Each look is recomputed by the same arithmetic from the published metrics and compared with the autoscaler’s status and events.',
  ],
  'what-if-replay': [
    'What if',
    'The autoscaler’s arithmetic replayed on the recorded metrics with one setting changed. The work that pods did for clients is divided among the pods that there would have been; what share of requests is lost or slow at a load per pod is the run’s own experience. Computed, not measured; how far the replay of the unchanged run is off stands with it.',
  ],
  recommendation: [
    'What to change',
    'A change that follows from what was measured, for each finding that cost customers. What it would have bought is computed from the measured numbers; each says from which.',
  ],
  elasticity: [
    'Elasticity',
    'How well the pods in rotation followed the pods that the load needed (SPEC RG): how much and how long there were too few (θU, τU) or too many (θO, τO). The need follows from what one pod is good for: stated by the scenario, or measured as the CPU per request against the CPU that a pod requests.',
  ],
  cost: [
    'Cost',
    'Pod-seconds from each pod’s placement on a node until it was gone, while traffic ran, at the scenario’s price per pod-hour; lost requests at its price per request.',
  ],
  'connections-per-pod': [
    'Connections per pod',
    'Open connections whose last answer came from that pod. A Service balances connections, not requests: long-lived connections stay with their pod, so new pods receive requests only as connections are made anew.',
  ],
  lateness: ['Lateness', 'How much later than scheduled the generator sent its requests.'],
  saturated: [
    'Saturated second',
    'A second that the generator itself spoiled: the p99 of its lateness passed 10 ms, or it dropped requests for lack of its own capacity. Such seconds are hatched and say little about the cluster.',
  ],
  conserved: [
    'Conservation of requests',
    'The outcomes sum to the scheduled requests: none was counted twice, none forgotten. A run that fails this check is not trusted.',
  ],
  speedup: [
    'Speed-up',
    'The number by which Kubernetes’ timers were divided for this run, so that a lesson fits into a minute. 1 is Kubernetes’ own pace.',
  ],
  'bad-request': [
    'Bad request',
    'One that did not end ok, or whose response time passed the limit that the scenario’s expectations state.',
  ],
  'lost-pods': ['Lost pods', 'The targets of a pod fault; of a node fault, the pods that ran on that node.'],
  replacement: [
    'Replacement',
    'A pod that was created to settle the debt that a lost pod left. Kubernetes does not say which pod replaces which, so it is told by order.',
  ],
  'first-answer': ['First answer', 'From the start of the run to the first answer through the Service.'],
  served: ['Served by a pod', 'Answers that carried the pod’s name, whatever their status.'],
  accounting: [
    'Accounting',
    'What each pod counted, read when traffic was over, beside the answers of it that clients saw. Pods that were gone cannot be asked.',
  ],
  nodes: ['Nodes', 'Workers whose Ready condition is True, of the workers there are.'],
} as const satisfies Record<string, readonly [title: string, text: string]>;

/** An anchor of the page's definitions. */
export type DefinitionName = keyof typeof definitions;
