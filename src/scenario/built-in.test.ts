import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtInFolder } from './catalogue.ts';
import { builtInScenarios, loadScenario } from './index.ts';
import { jsonSchemaFile, scenarioJsonSchema } from './json-schema.ts';

describe('the built-in scenarios', async () => {
  const scenarios = await builtInScenarios();

  it('are listed with titles, those for newcomers first', () => {
    expect(scenarios.map(({ name }) => name).slice(0, 4)).toEqual([
      'market-open',
      'pod-kill',
      'node-loss',
      'steady',
    ]);
    for (const { title, description } of scenarios) {
      expect(title).not.toBe('');
      expect(description).not.toBe('');
    }
  });

  it.each(scenarios)(
    '$name is sound, gives no cause for warnings and lasts at most 100 s',
    async ({ name, title }) => {
      const scenario = await loadScenario(name);
      expect(scenario).toMatchObject({ name, title, origin: `built-in:${name}`, warnings: [] });
      expect(scenario.expect.length).toBeGreaterThan(0);
      const seconds = scenario.traffic.phases.reduce((sum, { durationMs }) => sum + durationMs, 0) / 1000;
      expect(seconds).toBeLessThanOrEqual(100);
    },
  );

  it.each(scenarios)(
    '$name starts with a comment for its readers and names the schema for editors',
    async ({ name }) => {
      const { source } = await loadScenario(name);
      expect(source).toMatch(/^# yaml-language-server: \$schema=\.\/scenario\.schema\.json\n\n# \w/);
    },
  );
});

describe('the JSON Schema of scenario files', () => {
  it('is the one that is checked in (vitest run -u writes it)', async () => {
    const text = `${JSON.stringify(scenarioJsonSchema(), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(path.join(builtInFolder(), jsonSchemaFile));
  });
});
