import { describe, expect, it, test } from 'vitest';
import { parseAnswerRule } from './answer-rule.ts';
import { prepareChecks } from './generator/answer-checks.ts';
import { parseTemplate } from './template.ts';

const answer = {
  status: 201,
  headers: ['Content-Type', 'application/json; charset=utf-8', 'X-Limit', '40'],
  body: '{"symbol":"AAPL","bid":210.5,"orders":[{"price":3,"side":"buy"}],"note":null,"open":true}',
};

function holds(rule: string, seen = answer): boolean {
  const parsed = parseAnswerRule(rule);
  if ('problem' in parsed) throw new Error(parsed.problem);
  const checks = prepareChecks(
    { name: 'quote', checks: [parsed] },
    false,
    (pieces) => () => pieces.map((piece) => (typeof piece === 'string' ? piece : 'AAPL')).join(''),
  );
  return checks?.take(seen, { index: 0, saved: null }).length === 0;
}

describe('a rule about answers', () => {
  test.each([
    'status == 201',
    'status == 2xx',
    'status != 5xx',
    'status < 300',
    'header content-type contains json',
    'header Content-Type matches ^application/json',
    'header x-limit <= 40',
    'header x-limit == 40',
    'header x-none != 3',
    'json bid > 200',
    'json bid == 210.5',
    'json symbol == AAPL',
    'json symbol == "AAPL"',
    'json symbol == ${symbol}',
    'json orders.length >= 1',
    'json orders[0].price == 3',
    'json note == null',
    'json open == true',
    'json note exists',
    'body contains "bid"',
    'body matches "price":\\s*3',
  ])('%s holds', (rule) => expect(holds(rule)).toBe(true));

  test.each([
    'status == 200',
    'status == 4xx',
    'header x-none exists',
    'header x-limit > 40',
    'json bid == "210.5"',
    'json ask exists',
    'json ask > 0',
    'json symbol > 0',
    'json constructor exists',
    'body contains ask',
  ])('%s does not', (rule) => expect(holds(rule)).toBe(false));

  it('about JSON never holds of a body that is none, and does not throw', () => {
    expect(holds('json bid > 0', { ...answer, body: '<html>' })).toBe(false);
  });

  test.each([
    ['statuss == 200', 'expected a rule that begins with status, header <name>, json <path> or body', 0],
    ['status', 'expected one of == != < <= > >= contains matches exists after status, got nothing', 0],
    ['json bid over 3', 'after json bid, got "over 3"', 9],
    ['json a..b == 1', 'expected a path such as orders[0].price, got a..b', 5],
    ['json bid > many', 'expected a number after >, got many', 11],
    ['status == 20x', 'expected a comparison with a status such as 201, or == 2xx, got == 20x', 10],
    ['body matches (', 'expected a regular expression', 13],
    ['body < 3', 'for body, got <', 7],
    ['json bid ==', 'expected a value after ==, got nothing', 0],
    ['header etag exists now', 'expected nothing after exists, got now', 19],
  ])('%s is refused', (rule, problem, offset) => {
    expect(parseAnswerRule(rule)).toMatchObject({ problem: expect.stringContaining(problem), offset });
  });
});

test('texts with variables fall into pieces that know their place', () => {
  expect(parseTemplate('/q/${ symbol }?n=${n}')).toEqual([
    '/q/',
    { variable: 'symbol', offset: 3, length: 11 },
    '?n=',
    { variable: 'n', offset: 17, length: 4 },
  ]);
  expect(parseTemplate('price $${x} $5 ${open')).toEqual([
    'price ${x} $5 ',
    { variable: 'open', offset: 15, length: 6 },
  ]);
});
