import type { Statement } from '../../../analysis/index.ts';
import { definitions, type DefinitionName } from '../definitions.ts';
import { instant, unparted } from '../format.ts';
import { html, type Content, type Markup } from '../markup.ts';
import type { ShortNames } from '../names.ts';

/** How much of the clock is shown around what a sentence speaks of, s. */
const marginSeconds = 2;

/** Sentences of the analysis, each with the seconds that it came from, to be shown on the clock, and its definition. */
export function statements(says: readonly Statement[], names: ShortNames): Content {
  return says.map(
    ({ text, ...about }) =>
      html`<p class="statement">${unparted(names.inText(text))} ${reference(about)}</p> `,
  );
}

/** The seconds that a sentence came from, to be shown on the clock, and its definition. */
export function reference({ definition, fromMs, toMs }: Omit<Statement, 'text'>): Markup {
  return html`<span class="together">${moment(fromMs, toMs)} ${definitionLink(definition)}</span>`;
}

/** A stretch of the run; pressed, all charts show it. */
function moment(fromMs: number, toMs: number): Markup {
  const from = Math.max(0, fromMs / 1000 - marginSeconds).toFixed(3);
  const to = (toMs / 1000 + marginSeconds).toFixed(3);
  const [first, last] = [instant(fromMs), instant(toMs)];
  return html`<button
    type="button"
    class="moment"
    data-from="${from}"
    data-to="${to}"
    title="Show these seconds on the clock"
  >
    ${first === last ? first : `${first}–${last}`}
  </button>`;
}

function definitionLink(name: string): Content {
  if (!Object.hasOwn(definitions, name)) return '';
  const [title] = definitions[name as DefinitionName];
  return html`<a class="what" href="#${name}" title="What “${title}” means"
    ><span aria-hidden="true">?</span><span class="sr">What “${title}” means</span></a
  >`;
}
