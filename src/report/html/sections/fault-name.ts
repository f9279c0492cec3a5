import type { FaultFinding } from '../../../analysis/index.ts';
import { html, type Markup } from '../markup.ts';
import { faultCode } from '../marks.ts';

/** A fault as charts call it and as the scenario does, with a link to its section; the id alone where there is no such fault. */
export function faultName(faults: readonly FaultFinding[], faultId: string): Markup {
  const index = faults.findIndex(({ id }) => id === faultId);
  return index === -1
    ? html`<span class="id">${faultId}</span>`
    : html`<span class="code fault">${faultCode(index)}</span>
        <a class="id" href="#fault-${index + 1}">${faultId}</a>`;
}
