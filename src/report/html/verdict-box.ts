import type { Verdict } from '../../analysis/index.ts';
import { html, type Content, type Markup } from './markup.ts';
import { verdictWords } from './verdict-words.ts';

/** The verdict with its sign, and whatever belongs to it. */
export function verdictBox({
  verdict,
  exitCode,
  sentence,
  besides = '',
}: {
  verdict: Verdict;
  exitCode: number;
  sentence: string;
  besides?: Content;
}): Markup {
  const { word, icon } = verdictWords[verdict];
  return html`<div class="verdict ${verdict}">
    <svg class="sign" viewBox="0 0 24 24" width="40" height="40" aria-hidden="true">
      <circle cx="12" cy="12" r="11" />
      <path d="${icon}" />
    </svg>
    <div>
      <p class="word">${word} <span class="aside">exit code ${String(exitCode)}</span></p>
      <p class="sentence">${sentence}</p>
      ${besides}
    </div>
  </div>`;
}
