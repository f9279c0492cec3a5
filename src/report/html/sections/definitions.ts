import { definitions } from '../definitions.ts';
import { html, section, type Markup } from '../markup.ts';

/** What the words mean: where every linked term leads. */
export function definitionsSection(): Markup {
  return section(
    'definitions',
    'Definitions',
    html`<p class="says">
        In short; <span class="name">docs/definitions.md</span> of openbell has each at length, with its
        source.
      </p>
      <dl class="definitions">
        ${Object.entries(definitions).map(
          ([name, [title, text]]) =>
            html`<div id="${name}">
              <dt>${title}</dt>
              <dd>${text}</dd>
            </div> `,
        )}
      </dl>`,
  );
}
