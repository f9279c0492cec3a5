import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { kubernetesTimings } from '../cluster/spec.ts';
import { parseScenario } from './index.ts';

const page = await readFile(new URL('../../docs/scenarios.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```yaml\n([^]*?)```/g)].map(([, text = '']) => text);

describe('the page on scenarios', () => {
  it('shows files that are sound', async () => {
    const whole = examples.filter((text) => text.includes('apiVersion:'));
    expect(whole).toHaveLength(2);
    for (const text of whole)
      expect(await parseScenario(text, 'docs/example.yaml')).toMatchObject({ warnings: [] });
  });

  it("lists every timer with Kubernetes' default", () => {
    for (const [name, value] of Object.entries(kubernetesTimings)) {
      if (name === 'speedup') continue;
      const [said, shown] = name.endsWith('Ms')
        ? [name.slice(0, -2), `${value / 1000}s`]
        : [name, `${value * 100}%`];
      const row = page.split('\n').find((line) => line.startsWith('| `') && line.includes(`\`${said}\``));
      expect(row, said).toContain(shown);
    }
  });
});
