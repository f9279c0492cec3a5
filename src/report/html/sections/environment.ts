import type { Findings } from '../../../analysis/index.ts';
import { bytes, decimal, duration } from '../format.ts';
import { bullets, dash, html, section, table, term, type Content, type Markup } from '../markup.ts';
import { timingRows, type TimingRow } from '../timings.ts';

/** A scenario longer than this is cut in the page; its file is beside the run. */
const mostSource = 100_000;

/** Where the run happened and how it can be repeated. */
export function environmentSection(findings: Findings): Markup {
  const { run, cluster, plan } = findings;
  const { machine, scenario } = run;
  return section(
    'environment',
    'Environment',
    html`<div class="columns">
        <div>
          <h3>Run</h3>
          ${facts([
            [
              'Scenario',
              html`<span class="name">${scenario.name}</span> <span class="aside">${scenario.origin}</span>`,
            ],
            ['Run', html`<span class="name">${run.runId}</span>`],
            ['Started', run.originWall],
            ['Seed', String(run.seed)],
            ['openbell', run.openbellVersion],
            [
              'Workload',
              plan === null
                ? null
                : html`<span class="name">${plan.workload.namespace}/${plan.workload.deployment}</span>`,
            ],
            ['Autoscaler', plan === null ? null : (plan.workload.hpa ?? 'none')],
          ])}
        </div>
        <div>
          <h3>Machine</h3>
          ${facts([
            ['System', `${machine.os}, ${machine.arch}`],
            ['Processor', `${machine.cpuModel}, ${decimal(machine.cores, 0)} cores`],
            ['Memory', bytes(machine.memoryBytes)],
            ['Node.js', machine.nodeVersion],
          ])}
        </div>
        <div>
          <h3>Traffic</h3>
          ${trafficFacts(findings)}
        </div>
        <div>
          <h3>Cluster</h3>
          ${
            cluster === null
              ? html`<p class="empty">The cluster was not ready in this run.</p>`
              : facts([
                  ['Provider', cluster.provider],
                  ['Kubernetes', cluster.kubernetesVersion],
                  [
                    'Speed-up',
                    html`${decimal(cluster.timings['speedup'] ?? 1, 2)}× ${term('speedup', 'what is that?')}`,
                  ],
                  ...Object.entries(cluster.facts),
                ])
          }
        </div>
      </div>
      ${cluster === null ? '' : timingsTable(cluster.timings)}
      ${
        cluster === null || cluster.notFollowed.length === 0
          ? ''
          : html`<h3>What the cluster could not follow</h3>
              ${bullets(cluster.notFollowed)}`
      }
      <h3>Scenario</h3>
      <p class="says">
        ${scenario.title}${scenario.description === '' ? '' : html`: ${scenario.description}`}
      </p>
      ${
        scenario.source === ''
          ? html`<p class="empty">The scenario’s text was not recorded.</p>`
          : html`<details class="data">
              <summary>The scenario file, word for word</summary>
              <pre
                class="scroll"
                tabindex="0"
                role="region"
                aria-label="Scenario file"
              ><code>${scenario.source.slice(0, mostSource)}</code></pre>
              ${scenario.source.length > mostSource ? html`<p class="note">Cut after ${decimal(mostSource, 0)} characters; the journal has all of it.</p>` : ''}
            </details>`
      }`,
  );
}

function trafficFacts({ model, connectionPolicy, generator, trafficStartMs }: Findings): Markup {
  const { threads } = generator;
  if (trafficStartMs === null) return html`<p class="empty">Traffic did not begin in this run.</p>`;
  return facts([
    ['Model', `${model.kind}${model.session === null ? '' : ', in sessions'}`],
    ['Connections', connectionPolicy],
    ['Sending threads', threads === null ? null : `${decimal(threads.count, 0)}: ${threads.reason}`],
  ]);
}

function facts(rows: readonly (readonly [name: string, value: Content])[]): Markup {
  return html`<dl class="plain">
    ${rows.map(([name, value]) =>
      value === null || value === ''
        ? ''
        : html`<div>
            <dt>${name}</dt>
            <dd>${value}</dd>
          </div>`,
    )}
  </dl>`;
}

function timingsTable(timings: Record<string, number>): Markup {
  const rows = timingRows(timings);
  const faster = (timings['speedup'] ?? 1) !== 1;
  return html`<h3>Timings in force</h3>
    ${table({
      caption: html`Effective
      values${faster ? html`, after the ${term('speedup', 'speed-up')} of ${decimal(timings['speedup'] ?? 1, 2)}` : ''},
      beside Kubernetes’ defaults`,
      columns: [
        { head: 'Timer' },
        { head: 'In force', numeric: true },
        { head: 'Kubernetes’ default', numeric: true },
        { head: 'What it governs', wide: true },
      ],
      rows: rows.map((row) => [
        html`${row.title}${row.changed ? html` <span class="tag">changed</span>` : ''}`,
        value(row, row.effective),
        row.standard === null ? dash('not a setting of Kubernetes') : value(row, row.standard),
        row.governs,
      ]),
      empty: 'No timing was recorded.',
    })}
    ${rows.some((row) => row.changed) ? html`<p class="note">“Changed” marks timers that the scenario or the provider set to something else than Kubernetes’ default, speed-up aside.</p>` : ''}`;
}

function value(row: TimingRow, number: number): string {
  return row.isTime ? duration(number) : decimal(number, 3);
}
