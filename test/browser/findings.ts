import { analyse, PodTable, type Findings } from '../../src/analysis/index.ts';
import { syntheticJournal } from '../support/synthetic-journal.ts';

/** What an attacker might call a pod. */
export const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(2)>';

/** The findings of an imitated market-open run with everything in it. */
export function story(): Findings {
  return analyse(
    syntheticJournal({
      saturatedSeconds: [71, 72],
      expectations: [
        'availability >= 95%',
        'response.p99 < 500ms',
        'faults.outage < 3s',
        'hpa.scaleUps >= 1',
      ],
    }),
  );
}

/** The same with the hostile name in every text that comes from outside: pods, nodes, faults, messages, the scenario. */
export function hostileFindings(): Findings {
  const findings = story();
  const names = [findings.pods[0]?.name, findings.faults[0]?.target, findings.nodes.at(-1)?.name];
  const { seconds, ...others } = findings;
  let text = JSON.stringify(others);
  for (const name of names) {
    if (name !== undefined && name !== '') text = text.replaceAll(name, JSON.stringify(hostile).slice(1, -1));
  }
  const renamed = JSON.parse(text) as Findings;
  renamed.seconds = seconds.map((second) => {
    const pods = [...second.pods].map(
      ([name, counts]) => [names.includes(name) ? hostile : name, counts] as const,
    );
    return { ...second, pods: new PodTable(Object.fromEntries(pods)) };
  });
  renamed.run.scenario = {
    name: hostile,
    title: hostile,
    description: hostile,
    origin: hostile,
    source: hostile,
  };
  renamed.verdictSentence = hostile;
  renamed.distrust.push(hostile);
  renamed.notes.push(hostile);
  renamed.journal.problems.push(hostile);
  for (const mark of renamed.marks) mark.label = hostile;
  for (const entry of renamed.timeline)
    Object.assign(entry, { reason: hostile, object: hostile, message: hostile });
  for (const decision of renamed.scaling) decision.reason = hostile;
  for (const fault of renamed.faults)
    Object.assign(fault, { type: hostile, proof: hostile, problem: hostile });
  for (const result of renamed.expectations) Object.assign(result, { rule: hostile, observedText: hostile });
  if (renamed.cluster !== null) {
    renamed.cluster.facts[hostile] = hostile;
    renamed.cluster.notFollowed.push(hostile);
    renamed.cluster.timings[hostile] = 1;
  }
  return renamed;
}
