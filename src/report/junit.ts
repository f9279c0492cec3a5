import type { ExpectationResult, Findings } from '../analysis/index.ts';
import { summaryOf } from './summary.ts';

/**
 * The run as JUnit's XML, which CI systems show: each expectation is a test case, and so is the run itself, which is in error
 * when it did not complete or cannot be trusted.
 */
export function renderJunit(findings: Findings): string {
  const { run, cluster, plan, expectations, durationMs } = findings;
  const overTrials = plan?.trialExpectations ?? [];
  const name = `openbell.${run.scenario.name}`;
  const seconds = (durationMs / 1000).toFixed(3);
  const failures = expectations.filter(({ held, problem }) => !held && problem === null).length;
  const broken = isBroken(findings);
  const errors =
    expectations.filter(({ held, problem }) => !held && problem !== null).length + (broken ? 1 : 0);
  const counts = {
    tests: expectations.length + overTrials.length + 1,
    failures,
    errors,
    skipped: overTrials.length,
    time: seconds,
  };
  const properties = {
    provider: cluster?.provider ?? 'none',
    kubernetes: cluster?.kubernetesVersion ?? 'none',
    seed: run.seed,
    verdict: findings.verdict,
    exitCode: findings.exitCode,
    openbell: run.openbellVersion,
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: 'openbell', ...counts })}>`,
    `  <testsuite${attributes({ name, ...counts, timestamp: run.originWall.replace(/Z$/, ''), hostname: run.machine.os })}>`,
    '    <properties>',
    ...Object.entries(properties).map(
      ([key, value]) => `      <property${attributes({ name: key, value })}/>`,
    ),
    '    </properties>',
    ...runCase(findings, { name, seconds, broken }),
    ...expectations.flatMap((result) => ruleCase(result, name)),
    ...overTrials.flatMap((rule) => skippedCase(rule, name)),
    `    <system-out>${escaped(summaryOf(findings, { color: false, reportPath: null, width: 100 }))}</system-out>`,
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function isBroken({ verdict }: Findings): boolean {
  return verdict !== 'passed' && verdict !== 'failed';
}

function runCase(
  { verdict, verdictSentence, distrust }: Findings,
  { name, seconds, broken }: { name: string; seconds: string; broken: boolean },
): string[] {
  const opening = `<testcase${attributes({ classname: name, name: 'the run completes and can be trusted', time: seconds })}`;
  return broken
    ? [
        `    ${opening}>`,
        `      <error${attributes({ type: verdict, message: verdictSentence })}>${escaped(distrust.join('\n'))}</error>`,
        '    </testcase>',
      ]
    : [`    ${opening}/>`];
}

function ruleCase({ rule, observedText, held, problem }: ExpectationResult, name: string): string[] {
  const opening = `<testcase${attributes({ classname: name, name: rule, time: '0' })}`;
  if (held) return [`    ${opening}/>`];
  const message = problem ?? `observed ${observedText === '' ? 'nothing' : observedText}`;
  const kind = problem === null ? 'failure' : 'error';
  return [
    `    ${opening}>`,
    `      <${kind}${attributes({ type: 'expectation', message })}/>`,
    '    </testcase>',
  ];
}

function skippedCase(rule: string, name: string): string[] {
  return [
    `    <testcase${attributes({ classname: name, name: rule, time: '0' })}>`,
    `      <skipped${attributes({ message: 'judged over trials: openbell trials' })}/>`,
    '    </testcase>',
  ];
}

function attributes(values: Record<string, string | number>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

/** Text as XML 1.0 can hold it: characters that it cannot hold at all become replacement characters. */
function escaped(value: string): string {
  return value
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
