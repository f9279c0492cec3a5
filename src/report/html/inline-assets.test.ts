import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { asScript, inlineAssets } from './inline-assets.ts';

describe('modules as one script', () => {
  test('each keeps its own names, later ones see what earlier ones export', () => {
    const script = asScript([
      `const hidden = 1;\nexport const shown = hidden + 1;\nexport function twice(x) {\n  return 2 * x;\n}\n`,
      `import {\n  shown,\n  twice,\n} from './first.js';\nconst hidden = 10;\nresult.value = twice(shown) + hidden;\n`,
    ]);
    const result: { value?: number } = {};
    runInNewContext(script, { result });
    expect(result.value).toBe(14);
  });

  test('what cannot be inlined is refused', () => {
    expect(() => asScript([`import fs from 'node:fs';\n`])).toThrow('cannot be inlined');
    expect(() => asScript([`export default 1;\n`])).toThrow('cannot be inlined');
  });

  test('nothing in it ends its element', () => {
    for (const { text } of Object.values(inlineAssets()) as { text: string }[]) {
      expect(text).not.toMatch(/<\/script|<\/style|<!--/i);
    }
  });
});
