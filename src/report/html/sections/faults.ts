import type { FaultFinding, Findings } from '../../../analysis/index.ts';
import type { DefinitionName } from '../definitions.ts';
import { count, duration, instant, shortList, unparted } from '../format.ts';
import { faultCode } from '../marks.ts';
import { faultName } from './fault-name.ts';
import { html, orDash, section, table, term, type Content, type Markup } from '../markup.ts';
import { shortNames, type ShortNames } from '../names.ts';
import { failuresInWords, faultSentence } from '../sentences.ts';
import { statements } from './statements.ts';
import { healingWaterfall, type Waterfall } from '../waterfall.ts';
import { waterfallTable } from './waterfall-table.ts';

/** One subsection per fault: what happened in words, the measures, and the healing waterfall. */
export function faultsSection(findings: Findings): Markup {
  const { faults } = findings;
  const names = shortNames(findings);
  return section(
    'faults',
    'Faults and healing',
    faults.length === 0
      ? html`<p class="empty">No fault was injected in this run.</p>`
      : html`${faults.length > 1 ? summary(faults, names) : ''}${faults.length > mostUnfolded ? foldedFaults(faults, names) : faults.map((fault, index) => oneFault(fault, index, names))}`,
  );
}

/** The stories of more faults are folded away: the table above them leads to each. */
const mostUnfolded = 8;

function foldedFaults(faults: readonly FaultFinding[], names: ShortNames): Content {
  return faults.map(
    (fault, index) =>
      html`<details class="fold">
        <summary>
          <span class="code fault">${faultCode(index)}</span> ${fault.type} ${names.inText(fault.target)} at
          ${instant(fault.injectedMs)}:
          ${orDash(fault.outageMs, (ms) => `bad service for ${duration(ms)}`, 'outage not known')},
          ${count(fault.lost)} lost
        </summary>
        ${oneFault(fault, index, names)}
      </details> `,
  );
}

function summary(faults: readonly FaultFinding[], names: ShortNames): Markup {
  return table({
    caption: 'All faults of the run',
    columns: [
      { head: 'Fault' },
      { head: 'What', wide: true },
      { head: 'At', numeric: true },
      { head: term('reaction', 'Reaction'), numeric: true },
      { head: term('repair', 'Repair'), numeric: true },
      { head: term('recovery', 'Recovery'), numeric: true },
      { head: term('outage', 'Outage'), numeric: true },
      { head: term('lost', 'Lost'), numeric: true },
    ],
    rows: faults.map((fault) => [
      faultName(faults, fault.id),
      names.inText(`${fault.type} ${fault.target}`),
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

function oneFault(fault: FaultFinding, index: number, names: ShortNames): Markup {
  const waterfall = healingWaterfall(fault);
  const from = Math.max(0, fault.injectedMs / 1000 - 3);
  const to = (fault.injectedMs + Math.max(waterfall.totalMs, fault.outageMs ?? 0, 2000)) / 1000 + 3;
  return html`<article class="story" id="fault-${index + 1}" aria-labelledby="fault-${index + 1}-title">
    <h3 id="fault-${index + 1}-title">
      <span class="code fault">${faultCode(index)}</span> ${fault.type}
      <span class="target">${fault.target} (${fault.id})</span>
    </h3>
    <div class="told">
      <p>${unparted(names.inText(faultSentence(fault)))}</p>
      ${fault.explanation === null ? '' : statements(fault.explanation.says, names)}
      ${fault.misrouted === null ? '' : statements(fault.misrouted.says, names)}
      ${fault.effect === 'arrival' ? '' : measures(fault)}
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
    ${fault.landedMs !== null && fault.effect !== 'loss' ? '' : healing(fault, waterfall, names)}
  </article> `;
}

/** What was not lost is not repaired either. */
function measures(fault: FaultFinding): Markup {
  const ofHealing = html`${measure('reaction', 'Reaction', orDash(fault.reactionMs, duration))}
  ${measure('repair', 'Repair', orDash(fault.repairMs, duration))}
  ${measure('recovery', 'Recovery', orDash(fault.recoveryMs, duration))}`;
  return html`<dl class="measures">
    ${fault.effect === 'loss' ? ofHealing : ''}
    ${measure('outage', 'Outage', orDash(fault.outageMs, duration))}
    ${measure('lost', 'Lost', count(fault.lost))}
  </dl>`;
}

function healing(fault: FaultFinding, waterfall: Waterfall, names: ShortNames): Markup {
  return html`<div>
    <p class="note">${term('healing-waterfall', 'Healing waterfall')}: time since the fault</p>
    ${waterfallTable({
      label: 'Healing waterfall',
      since: 'After fault',
      totalMs: waterfall.totalMs,
      steps: waterfall.steps.map(({ step, shownBy, ...times }) => ({
        ...times,
        name: step,
        beside: shownBy === null ? null : names.inText(shownBy),
        isOrigin: step === 'fault',
      })),
    })}
    ${fault.waterfall.length === 0 ? html`<p class="empty">No step of healing was recorded.</p>` : ''}
  </div>`;
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
