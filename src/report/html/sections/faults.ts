import type { FaultFinding, Findings } from '../../../analysis/index.ts';
import type { DefinitionName } from '../definitions.ts';
import { count, duration, instant, shortList } from '../format.ts';
import { faultCode } from '../marks.ts';
import { dash, html, orDash, section, table, term, type Content, type Markup } from '../markup.ts';
import { podNames, type PodNames } from '../names.ts';
import { failuresInWords, faultSentence } from '../sentences.ts';
import { statements } from './statements.ts';
import { healingWaterfall, type Waterfall, type WaterfallStep } from '../waterfall.ts';

/** One subsection per fault: what happened in words, the measures, and the healing waterfall. */
export function faultsSection(findings: Findings): Markup {
  const { faults } = findings;
  const names = podNames(findings);
  return section(
    'faults',
    'Faults and healing',
    faults.length === 0
      ? html`<p class="empty">No fault was injected in this run.</p>`
      : html`${faults.length > 1 ? summary(faults, names) : ''}${faults.map((fault, index) => oneFault(fault, index, names))}`,
  );
}

function summary(faults: readonly FaultFinding[], names: PodNames): Markup {
  return table({
    caption: 'All faults of the run',
    columns: [
      { head: 'Fault' },
      { head: 'Target', wide: true },
      { head: 'At', numeric: true },
      { head: term('reaction', 'Reaction'), numeric: true },
      { head: term('repair', 'Repair'), numeric: true },
      { head: term('recovery', 'Recovery'), numeric: true },
      { head: term('outage', 'Outage'), numeric: true },
      { head: term('lost', 'Lost'), numeric: true },
    ],
    rows: faults.map((fault, index) => [
      html`<span class="code fault">${faultCode(index)}</span>
        <a href="#fault-${index + 1}">${fault.type}</a>`,
      names.inText(fault.target),
      instant(fault.injectedMs),
      orDash(fault.reactionMs, duration),
      orDash(fault.repairMs, duration),
      orDash(fault.recoveryMs, duration),
      orDash(fault.outageMs, duration),
      count(fault.lost),
    ]),
    empty: '',
  });
}

function oneFault(fault: FaultFinding, index: number, names: PodNames): Markup {
  const waterfall = healingWaterfall(fault);
  const from = Math.max(0, fault.injectedMs / 1000 - 3);
  const to = (fault.injectedMs + Math.max(waterfall.totalMs, fault.outageMs ?? 0, 2000)) / 1000 + 3;
  return html`<article class="story" id="fault-${index + 1}" aria-labelledby="fault-${index + 1}-title">
    <h3 id="fault-${index + 1}-title">
      <span class="code fault">${faultCode(index)}</span> ${fault.type}
      <span class="target">${fault.target}</span>
    </h3>
    <div class="told">
      <p>${names.inText(faultSentence(fault))}</p>
      ${fault.explanation === null ? '' : statements(fault.explanation.says, names)}
      ${fault.misrouted === null ? '' : statements(fault.misrouted.says, names)}
      <dl class="measures">
        ${measure('reaction', 'Reaction', orDash(fault.reactionMs, duration))}
        ${measure('repair', 'Repair', orDash(fault.repairMs, duration))}
        ${measure('recovery', 'Recovery', orDash(fault.recoveryMs, duration))}
        ${measure('outage', 'Outage', orDash(fault.outageMs, duration))}
        ${measure('lost', 'Lost', count(fault.lost))}
      </dl>
      <dl class="plain">
        ${row('Lost requests', fault.lost === 0 ? null : failuresInWords(fault.lostByOutcome))}
        ${row(term('lost-pods', 'Lost pods'), fault.lostPods.length === 0 ? null : shortList(fault.lostPods, 8))}
        ${row(term('replacement', 'Replaced by'), fault.replacementPods.length === 0 ? null : shortList(fault.replacementPods, 8))}
        ${row('Proof', fault.proof === null ? null : names.inText(fault.proof))}
        ${row('Problem', fault.problem)}
        ${row('Undone', fault.undoneMs === null ? null : `at ${instant(fault.undoneMs)}`)}
      </dl>
      <p class="needs-script">
        <button type="button" class="button" data-from="${from.toFixed(3)}" data-to="${to.toFixed(3)}">
          Show these seconds on the clock
        </button>
      </p>
    </div>
    <div>${waterfallTable(fault, waterfall, names)}</div>
  </article> `;
}

function measure(definition: DefinitionName, name: string, value: Content): Markup {
  return html`<div>
    <dt>${term(definition, name)}</dt>
    <dd>${value}</dd>
  </div>`;
}

function row(name: Content, text: string | null): Content {
  return text === null
    ? ''
    : html`<div>
        <dt>${name}</dt>
        <dd>${text}</dd>
      </div>`;
}

/**
 * The waterfall is chart and table in one: it needs no script, and prints as it is. Narrow windows lay its rows out anew, hence
 * the roles, which browsers otherwise forget.
 */
function waterfallTable(fault: FaultFinding, { steps, totalMs }: Waterfall, names: PodNames): Markup {
  return html`<p class="note">${term('healing-waterfall', 'Healing waterfall')}: time since the fault</p>
    <div class="scroll">
      <table class="waterfall" role="table" aria-label="Healing waterfall">
        <thead role="rowgroup">
          <tr role="row">
            <th scope="col" role="columnheader">Step</th>
            <th scope="col" role="columnheader" class="bar">
              <span class="axis"
                ><span>0</span><span>${duration(totalMs / 2)}</span><span>${duration(totalMs)}</span></span
              ><span class="sr">Drawn to scale</span>
            </th>
            <th scope="col" role="columnheader" class="num">After fault</th>
            <th scope="col" role="columnheader" class="num">Took</th>
            <th scope="col" role="columnheader" class="num clock">On the clock</th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          ${steps.map(
            (step) =>
              html`<tr role="row" ${step.longest ? html` class="longest"` : ''}>
                <th scope="row" role="rowheader">
                  ${step.step}${step.longest ? html` <span class="tag">longest</span>` : ''}${step.shownBy === null ? '' : html`<span class="aside">${names.inText(step.shownBy)}</span>`}
                </th>
                <td role="cell" class="bar">${bar(step, totalMs)}</td>
                <td role="cell" class="num">
                  ${orDash(step.afterMs, (ms) => `${ms > 0 ? '+' : ''}${duration(ms)}`)}
                </td>
                <td role="cell" class="num">${step.step === 'fault' ? '' : took(step)}</td>
                <td role="cell" class="num clock">${orDash(step.atMs, instant)}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
    ${fault.waterfall.length === 0 ? html`<p class="empty">No step of healing was recorded.</p>` : ''}`;
}

function took(step: WaterfallStep): Content {
  if (step.tookMs === null) return dash();
  return step.tookMs === 0
    ? html`<span class="none" title="already done when the step before it was">0</span>`
    : duration(step.tookMs);
}

function bar({ fromMs, afterMs, step }: WaterfallStep, totalMs: number): Markup {
  const x = (ms: number): string => ((Math.max(0, ms) / Math.max(totalMs, 1)) * 1000).toFixed(1);
  const grid = [250, 500, 750].map((at) => html`<path class="grid" d="M${at} 0V20" />`);
  const drawn =
    afterMs === null
      ? ''
      : html`${afterMs > fromMs ? html`<rect class="span" x="${x(fromMs)}" y="5" width="${x(afterMs - fromMs)}" height="10" />` : ''}<path
            class="at${step === 'fault' ? ' fault' : ''}"
            d="M${x(afterMs)} 2V18"
          />`;
  return html`<svg viewBox="-4 0 1008 20" preserveAspectRatio="none" aria-hidden="true">
    ${grid}${drawn}
  </svg>`;
}
