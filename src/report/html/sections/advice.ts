import type { Findings } from '../../../analysis/index.ts';
import { html, section, type Markup } from '../markup.ts';
import { shortNames } from '../names.ts';
import { statements } from './statements.ts';

/** What to change, and what it would have bought. */
export function adviceSection(findings: Findings): Markup {
  const { recommendations } = findings;
  return section(
    'advice',
    'What to change',
    recommendations.length === 0
      ? html`<p class="empty">Nothing that was measured cost customers, so nothing follows from it.</p>`
      : html`<p class="says">
            Each follows from what this run measured; what it would have bought is computed, not measured.
          </p>
          ${statements(recommendations, shortNames(findings))}`,
  );
}
