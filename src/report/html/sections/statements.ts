import type { Statement } from '../../../analysis/index.ts';
import { definitions, type DefinitionName } from '../definitions.ts';
import { html, term, type Content } from '../markup.ts';

/** How much of the clock is shown around what a sentence speaks of, s. */
const marginSeconds = 2;

/** Sentences of the analysis, each with its definition and the seconds that it came from. */
export function statements(says: readonly Statement[]): Content {
  return says.map(
    ({ text, definition, fromMs, toMs }) =>
      html`<p class="says">
        ${text} ${definitionLink(definition)}
        <button
          type="button"
          class="button needs-script"
          data-from="${Math.max(0, fromMs / 1000 - marginSeconds).toFixed(3)}"
          data-to="${(toMs / 1000 + marginSeconds).toFixed(3)}"
        >
          Show these seconds
        </button>
      </p> `,
  );
}

function definitionLink(name: string): Content {
  return Object.hasOwn(definitions, name)
    ? html`<span class="aside">${term(name as DefinitionName, 'how this is measured')}</span>`
    : '';
}
