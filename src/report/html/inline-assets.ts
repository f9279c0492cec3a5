/** Everything a page needs from files, read once and made fit to stand inside HTML. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** The page's own script, in the order in which the parts need each other. */
const parts = [
  'theme.js',
  'theme-toggle.js',
  'tables.js',
  'clock.js',
  'marks.js',
  'values.js',
  'plot.js',
  'lanes.js',
  'gantt.js',
  'per-pod.js',
  'heat.js',
  'legend.js',
  'main.js',
];

/** The script of pages without charts. */
const plainParts = ['theme.js', 'theme-toggle.js', 'tables.js', 'plain.js'];

/** Texts to inline, each with the hash by which a Content-Security-Policy admits it. */
interface Assets {
  style: Inline;
  /** The same with the look of drawings. */
  styleOfDrawings: Inline;
  /** Run in the head, before anything is painted. */
  early: Inline;
  /** All that a page without charts needs. */
  plain: Inline;
  /** The libraries that draw charts. */
  charts: Inline;
  script: Inline;
}

/** A text and its CSP source expression, `'sha256-…'`. */
interface Inline {
  text: string;
  source: string;
}

let assets: Assets | undefined;

/** The page's style and scripts; read from disk at the first call. */
export function inlineAssets(): Assets {
  assets ??= {
    style: inline(own('report.css')),
    styleOfDrawings: inline(`${own('report.css')}\n${own('drawings.css')}`),
    early: inline(asScript([own('browser/early.js')])),
    plain: inline(asScript(plainParts.map((part) => own(`browser/${part}`)))),
    charts: inline(
      [
        library('chart.js', 'chart.umd.min.js'),
        library('chartjs-plugin-annotation', 'chartjs-plugin-annotation.min.js'),
      ].join('\n'),
    ),
    script: inline(asScript(parts.map((part) => own(`browser/${part}`)))),
  };
  return assets;
}

/**
 * Modules as one classic script, because a page opened from a file may not load modules. Each keeps a scope of its own; what
 * it exports is known to those after it. Modules import only from each other, and export only by the word `export` before a
 * function or a constant.
 */
export function asScript(modules: readonly string[]): string {
  const scopes = modules.map((module) => {
    const names = [...module.matchAll(/^export (?:function|const) (\w+)/gm)].map((match) => match[1]);
    const body = module
      .replaceAll(/^import [^;]*? from '\.\/[\w-]+\.js';\n/gm, '')
      .replaceAll(/^export (?=function |const )/gm, '');
    const rest = /^(?:import|export)\b.*$/m.exec(body);
    if (rest !== null) throw new Error(`cannot be inlined into the report: ${rest[0]}`);
    return names.length === 0
      ? `{\n${body}}`
      : `const { ${names.join(', ')} } = (() => {\n${body}return { ${names.join(', ')} };\n})();`;
  });
  return safe(`'use strict';\n(() => {\n${scopes.join('\n')}\n})();\n`);
}

function inline(text: string): Inline {
  return { text, source: `'sha256-${createHash('sha256').update(text).digest('base64')}'` };
}

function own(file: string): string {
  return readFileSync(new URL(file, import.meta.url), 'utf8');
}

function library(name: string, file: string): string {
  const folder = dirname(createRequire(import.meta.url).resolve(name));
  return safe(
    readFileSync(join(folder, file), 'utf8')
      .replaceAll(/^\/\/# sourceMappingURL=.*$/gm, '')
      .trimEnd(),
  );
}

/** A script must not contain what would end its element or begin a comment. */
function safe(script: string): string {
  return script.replaceAll(/<\/(?=script)/gi, '<\\/').replaceAll('<!--', '<\\!--');
}
