import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Those of axe's rules whose answer depends on theme and width. */
export const visualRules = ['color-contrast', 'scrollable-region-focusable', 'link-in-text-block'];

/** What axe finds by all of its rules, or by those named, one line each. */
export async function violations(page: Page, rules: string[] | null = null): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async (only) => {
    interface Axe {
      run(options: object): Promise<{
        violations: { id: string; nodes: { target: string[]; failureSummary: string }[] }[];
      }>;
    }
    const found = await (globalThis as unknown as { axe: Axe }).axe.run(
      only === null ? {} : { runOnly: only },
    );
    return found.violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.target.join(' ')}: ${node.failureSummary}`),
    );
  }, rules);
}
