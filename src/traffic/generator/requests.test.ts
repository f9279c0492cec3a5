import { describe, expect, it } from 'vitest';
import type { RequestSpec, Variable } from '../plan.ts';
import { authorizationOf } from './credentials.ts';
import { prepareRequest } from './requests.ts';
import { variablesOf } from './values.ts';

const target = new URL('http://127.0.0.1:8080');
const variables: Record<string, Variable> = {
  client: { kind: 'sequence', from: 5, to: 7 },
  symbol: { kind: 'random', values: ['AAPL', 'MSFT', 'BRK.B'] },
  desk: {
    kind: 'csv',
    columns: ['id', 'name'],
    rows: [
      [1, 'Zürich "A"'],
      [2, 'x y#z'],
    ],
    order: 'sequence',
  },
};

/** The bytes of the first `count` arrivals' requests, as text. */
function requests(change: Partial<RequestSpec>, count = 3, seed = 1): { head: string; body: string }[] {
  const spec = { name: 'q', weight: 1, method: 'GET', path: '/', headers: {}, body: null, ...change };
  const prepared = prepareRequest(
    spec,
    { target, find: variablesOf(variables, seed), authorization: null, cookies: false },
    false,
  );
  return Array.from({ length: count }, (_, index) => {
    const bytes = Buffer.from(prepared.bytes(`id-${index}`, { index, saved: null }), 'latin1');
    const end = bytes.indexOf('\r\n\r\n');
    const body = bytes.subarray(end + 4);
    const head = bytes.subarray(0, end).toString();
    const length = /content-length: (\d+)/i.exec(head)?.[1];
    expect(body.length).toBe(Number(length ?? 0));
    return { head, body: body.toString() };
  });
}

describe('requests with variables', () => {
  it('count, and begin anew after the last', () => {
    const paths = requests({ path: '/c/${client}' }, 4).map(({ head }) => head.split(' ')[1]);
    expect(paths).toEqual(['/c/5', '/c/6', '/c/7', '/c/5']);
  });

  it('draw from a list, the same for the same seed and arrival', () => {
    const drawn = (seed: number): (string | undefined)[] =>
      requests({ path: '/quote/${symbol}' }, 300, seed).map(({ head }) => head.split(' ')[1]);
    expect(drawn(1)).toEqual(drawn(1));
    expect(drawn(1)).not.toEqual(drawn(2));
    expect(new Set(drawn(1))).toEqual(new Set(['/quote/AAPL', '/quote/MSFT', '/quote/BRK.B']));
  });

  it('take the cells of one row', () => {
    const [first] = requests({ headers: { 'x-desk': '${desk.id} ${desk.name}' } });
    expect(first?.head).toContain('x-desk: 1 Zürich "A"');
  });

  it('percent-encode what a path may not hold', () => {
    const paths = requests({ path: '/d?name=${desk.name}' }, 2).map(({ head }) => head.split(' ')[1]);
    expect(paths).toEqual(['/d?name=Z%C3%BCrich%20%22A%22', '/d?name=x%20y%23z']);
  });

  it('keep JSON what it is: whole values with their type, parts escaped', () => {
    const json = { id: '${desk.id}', text: 'to ${desk.name}', name: '${desk.name}', price: '$${p}' };
    const [first] = requests({ method: 'POST', body: JSON.stringify(json), bodyFormat: 'json' });
    expect(JSON.parse(first?.body ?? '')).toEqual({
      id: 1,
      text: 'to Zürich "A"',
      name: 'Zürich "A"',
      price: '${p}',
    });
  });

  it('send bytes as they are, variables or not', () => {
    const [first] = requests({ method: 'POST', body: new Uint8Array(Buffer.from('a${client}\u00e9')) });
    expect(first?.body).toBe('a${client}é');
  });

  it('keep line ends out of headers', () => {
    const find = (): (() => string) => () => 'a\r\nx-evil: 1';
    const spec = { name: 'q', weight: 1, method: 'GET', path: '/', headers: { h: '${v}' }, body: null };
    const bytes = prepareRequest(spec, { target, find, authorization: null, cookies: false }, false).bytes(
      'i',
      {
        index: 0,
        saved: null,
      },
    );
    expect(bytes).toContain('h: a x-evil: 1\r\n');
  });

  it('are refused where nothing defines the variable', () => {
    expect(() => requests({ path: '/${nobody}' })).toThrow('nothing defines the variable "nobody"');
  });
});

describe('credentials', () => {
  it('come from the environment', () => {
    const env = { USER_NAME: 'ann', PASS: 'wörd', TOKEN: 't0k' };
    const basic = authorizationOf({ kind: 'basic', userEnv: 'USER_NAME', passwordEnv: 'PASS' }, env);
    expect(basic).toBe(`Basic ${Buffer.from('ann:wörd').toString('base64')}`);
    expect(authorizationOf({ kind: 'bearer', tokenEnv: 'TOKEN' }, env)).toBe('Bearer t0k');
    expect(() => authorizationOf({ kind: 'bearer', tokenEnv: 'NONE' }, env)).toThrow('NONE');
  });

  it('leave a request that brings its own alone', () => {
    const prepare = (headers: Record<string, string>): string =>
      prepareRequest(
        { name: 'q', weight: 1, method: 'GET', path: '/', headers, body: null },
        { target, find: () => null, authorization: 'Bearer all', cookies: false },
        false,
      ).bytes('i', { index: 0, saved: null });
    expect(prepare({})).toContain('Authorization: Bearer all\r\n');
    expect(prepare({ authorization: 'Bearer own' })).not.toContain('all');
  });
});
