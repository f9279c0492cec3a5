import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenbellError } from '../support/index.ts';
import { parseScenario, type Scenario } from './index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'openbell-requests-'));
  await writeFile(path.join(folder, 'desks.csv'), 'id,name\n1,Anna\n2,Ben\n');
  await writeFile(path.join(folder, 'broken.csv'), 'id,name\n1\n');
  await writeFile(path.join(folder, 'body.bin'), Uint8Array.of(0, 255, 36, 123, 120, 125));
  await writeFile(path.join(folder, 'no.pem'), 'not a certificate');
});
afterAll(() => rm(folder, { recursive: true }));

const parse = (traffic: string, options: object = {}): Promise<Scenario> =>
  parseScenario(
    `apiVersion: openbell.dev/v1
kind: Scenario
metadata: { name: probe }
traffic:
  phases: [{ name: calm, duration: 10s, rate: 20/s }]
${traffic}`,
    path.join(folder, 'probe.yaml'),
    { env: { TOKEN: 'Sesame-4711' }, ...options },
  );

async function refusal(traffic: string, options?: object): Promise<string> {
  const error = await parse(traffic, options).then(
    () => null,
    (error: unknown) => error,
  );
  if (!(error instanceof OpenbellError)) throw new Error('it was not refused', { cause: error });
  return error.message.replaceAll(`${folder}/`, '');
}

describe('requests', () => {
  it('take variables, bodies, checks and credentials into the plan', async () => {
    const { traffic } = await parse(`  requests:
    - { name: buy, method: POST, path: "/o/\${desk.id}", json: { n: "\${n}" }, checks: [status == 201] }
    - { name: put, method: PUT, path: /b, bodyFile: body.bin }
  variables:
    n: { sequence: {} }
    s: { random: [A, 2] }
    desk: { csv: { file: desks.csv, order: random } }
  auth: { bearer: { tokenEnv: TOKEN } }
  tls: { serverName: desk.example }
`);
    expect(traffic.requests).toMatchObject([
      { body: '{"n":"${n}"}', bodyFormat: 'json', checks: [{ rule: 'status == 201', operator: '==' }] },
      { body: Buffer.from([0, 255, 36, 123, 120, 125]) },
    ]);
    expect(traffic.variables).toEqual({
      n: { kind: 'sequence', from: 1, to: null },
      s: { kind: 'random', values: ['A', 2] },
      desk: {
        kind: 'csv',
        columns: ['id', 'name'],
        rows: [
          [1, 'Anna'],
          [2, 'Ben'],
        ],
        order: 'random',
      },
    });
    expect(traffic.auth).toEqual({ kind: 'bearer', tokenEnv: 'TOKEN' });
    expect(traffic.tls).toEqual({
      ca: null,
      cert: null,
      key: null,
      serverName: 'desk.example',
      verify: true,
    });
    expect(JSON.stringify(traffic)).not.toContain('Sesame');
  });

  const desk = '  variables: { desk: { csv: { file: desks.csv } }, lot: { sequence: {} } }\n';
  const one = (request: string): string => `${desk}  requests: [{ ${request} }]\n`;
  const steps = (text: string): string => `  session: { steps: [${text}] }\n`;
  it.each<[string, string, ...string[]]>([
    [
      'a variable that nothing defines',
      one('path: "/q/${symbl}"'),
      'probe.yaml:7:26:',
      'there is no variable "symbl"',
    ],
    ['a column that is not there', one('path: "/q/${desk.nam}"'), 'did you mean desk.name?'],
    ['a table where a cell is meant', one('path: "/q/${desk}"'), 'there is no variable "desk"'],
    [
      'one deep in a body',
      one('path: /, json: { a: [{ b: "x ${c}" }] }'),
      'json.a[0].b: there is no variable "c"',
    ],
    ['one in a header', one('path: /, headers: { h: "${c}" }'), 'headers.h: there is no variable "c"'],
    [
      'one in a check',
      one('path: /, checks: ["json a == ${c}"]'),
      'probe.yaml:7:45:',
      'checks[0]: there is no variable',
    ],
    [
      'a rule that is none',
      one('path: /, checks: [stats == 200]'),
      'checks[0]: expected a rule that begins with',
    ],
    [
      'a look into a body that is not sent',
      one('path: /, method: HEAD, checks: [body exists]'),
      'answers to HEAD have no body',
    ],
    ['a body that is a folder', one('path: /, bodyFile: .'), 'bodyFile: expected a file at', 'EISDIR'],
    [
      'values that are not there',
      '  variables: { d: { csv: { file: no.csv } } }\n',
      'variables.d.csv.file: expected a file at',
    ],
    [
      'values that are broken',
      '  variables: { d: { csv: { file: broken.csv } } }\n',
      'broken.csv:2:1: expected 2 cells',
    ],
    [
      'a sequence backwards',
      '  variables: { d: { sequence: { from: 3, to: 2 } } }\n',
      'sequence.to: expected at least from (3), got 2',
    ],
    ['a variable of no kind', '  variables: { d: {} }\n', 'expected exactly one of sequence, random, csv'],
    ['a choice of nothing', '  variables: { d: { random: [] } }\n', 'expected at least one value'],
    [
      'a name that is none',
      '  variables: { "a b": { random: [1] } }\n',
      'expected a name of letters, digits',
    ],
    [
      'a credential that is not set',
      '  auth: { basic: { userEnv: TOKEN, passwordEnv: PASS } }\n',
      'auth.basic.passwordEnv: expected the environment variable PASS',
    ],
    [
      'a credential itself',
      '  auth: { bearer: { tokenEnv: "abc 123" } }\n',
      'expected the name of an environment variable',
    ],
    ['a key without a certificate', '  tls: { key: no.pem }\n', 'tls.key: expected cert and key together'],
    ['what is no certificate', '  tls: { ca: no.pem }\n', 'tls.ca: expected a certificate in PEM'],
    [
      'a URL that is none',
      '  target: localhost:80\n',
      'target: expected a URL such as',
      'got "localhost:80"',
    ],
    ['a URL with a path', '  target: http://localhost/a\n', 'target: expected a URL such as'],
    [
      'a step that uses what is saved later',
      steps('{ path: "/${token}" }, { path: /, save: { token: json token } }'),
      'steps[0].path: there is no variable "token"',
    ],
    [
      'a pause before the first step',
      steps('{ path: /, think: 1s }'),
      'expected no pause before the first step',
    ],
    [
      'a value saved from nowhere',
      steps('{ path: /, save: { token: body } }'),
      'save.token: expected json <path> or header',
    ],
    [
      'a value saved from no path',
      steps('{ path: /, save: { token: json a..b } }'),
      'expected a path such as',
    ],
    [
      'a session besides requests',
      `${steps('{ path: / }')}  requests: [{ path: / }]\n`,
      'expected requests or session',
    ],
    [
      'a rule of a step that is none',
      steps('{ path: /, checks: [x] }'),
      'steps[0].checks[0]: expected a rule',
    ],
    ['a pause without users', '  think: 1s\n', 'think: expected think only with users'],
    ['a target elsewhere', '  target: http://192.0.2.7:80\n', 'probe.yaml:6:11:', 'only with --on existing'],
    ['a target whose name looks near', '  target: http://localhost.example\n', 'only with --on existing'],
  ])('with %s are refused', async (_name, text, ...expected) => {
    const message = await refusal(text);
    for (const part of expected) expect(message).toContain(part);
  });

  it.each(['http://127.8.8.8:80', 'http://localhost:1', 'http://[::1]:1'])('may go to %s', async (url) => {
    expect((await parse(`  target: ${url}\n`)).target?.href).toBe(new URL(url).href);
  });

  it('may go elsewhere on an existing cluster', async () => {
    const { target } = await parse('  target: https://api.example\n', { on: 'existing' });
    expect(target?.host).toBe('api.example');
  });

  it('may be the steps of a session, made by users', async () => {
    const { traffic } = await parseScenario(
      `apiVersion: openbell.dev/v1
kind: Scenario
metadata: { name: probe }
traffic:
  phases: [{ name: calm, duration: 10s, users: 20 }, { name: busy, duration: 10s, users: 50 }]
  think: { from: 1s, to: 3s }
  session:
    steps:
      - { name: login, method: POST, path: /login, save: { token: json auth.token } }
      - { path: "/quote/\${token}", think: 500ms }
`,
      'probe.yaml',
    );
    expect(traffic.phases.map(({ rate }) => rate)).toEqual([
      { kind: 'users', users: 20 },
      { kind: 'users', users: 50 },
    ]);
    expect(traffic).toMatchObject({
      connections: 50,
      think: { fromMs: 1000, toMs: 3000 },
      session: { cookies: true },
      requests: [
        { name: 'login', saves: [{ variable: 'token', from: { of: 'json', path: ['auth', 'token'] } }] },
        { name: 'step-2', think: { fromMs: 500, toMs: 500 } },
      ],
    });
  });

  it.each([
    [
      'users and rates',
      '{ name: b, duration: 1s, rate: 1/s }',
      'phases[1].rate: expected users, as in the first phase',
    ],
    [
      'both',
      '{ name: b, duration: 1s, rate: 1/s, users: 2 }',
      'phases[1].users: expected rate or users, got both',
    ],
    ['neither', '{ name: b, duration: 1s }', 'phases[1].rate: expected a rate above 0'],
  ])('may not mix models: %s', async (_name, phase, expected) => {
    const text = `apiVersion: openbell.dev/v1
kind: Scenario
metadata: { name: probe }
traffic:
  phases: [{ name: a, duration: 1s, users: 5 }, ${phase}]
`;
    await expect(parseScenario(text, 'probe.yaml')).rejects.toThrow(expected);
  });
});
