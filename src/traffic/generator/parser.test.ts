import { expect, test } from 'vitest';
import { KnownAnswers } from './known-answers.ts';
import { AnswerParser } from './parser.ts';

const answer = (headers: string, body: string, status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\n${headers}\r\n${body}`;

/** Pieces as they are read from a connection, one for each answer. Some are cut, some bring more than was asked for. */
const pieces = [
  answer('content-length: 2\r\nx-pod: a\r\n', 'ok'),
  answer('content-length: 2\r\nx-pod: a\r\n', 'no'),
  answer('content-length: 2\r\nx-pod: b\r\n', 'ok'),
  answer('content-length: 2\r\nx-pod: a\r\n', 'ok', '500 OK'),
  answer('content-length: 2\r\nx-pod: a\r\n', 'o'),
  answer('content-length: 2\r\nx-pod: a\r\n', 'ok!'),
  answer('content-length: 2\r\nx-pod: a\r\n', 'ok\r\n'),
  answer('content-length: 2\r\nx-pod: a\r\n', 'ok??'),
  answer('content-length: 4\r\nx-pod: a\r\n', 'ok\r\n'),
  answer('content-length: 0\r\nx-pod: a\r\n', ''),
  answer('content-length: 0\r\nx-pod: a\r\n', '\r\n'),
  answer('content-length: 0\r\nx-pod: a\r\n', '??'),
  answer('content-length: 2\r\nconnection: close\r\n', 'ok'),
  answer('content-length: 40\r\nx-pod: a\r\n', '', '304 OK'),
  answer('content-length: 40\r\nx-pod: a\r\n', '', '200 OK'),
  answer('content-length: 2\r\nx-pod: a\r\n', '', '204 OK'),
  answer('transfer-encoding: chunked\r\n', '2\r\nok\r\n0\r\n\r\n'),
  answer('transfer-encoding: chunked\r\n', '2\r\nok\r\n0\r\n\r?'),
  answer('transfer-encoding: chunked\r\ncontent-length: 2\r\n', 'ok'),
  answer('x-pod: a\r\n', 'until the end'),
  `HTTP/1.1 100 Continue\r\n\r\n${answer('content-length: 2\r\n', 'ok')}`,
  `HTTP/1.1 100 Continue\r\n\r\n${answer('content-length: 2\r\n', 'OK')}`,
  'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n',
  `\r\n${answer('content-length: 2\r\nx-pod: a\r\n', 'ok')}`,
  answer('content-length: 2\r\nx-pod: a\r\n', 'ok').repeat(2),
  'HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nok',
  'SSH-2.0-OpenSSH_9.6\r\n\r\n',
];

interface Seen {
  status: number;
  headers: string[];
  keepAlive: boolean;
  complete: boolean;
  clean: boolean;
  body: string;
  failed: boolean;
}

/** Reads the pieces on one connection for as long as it could be used further. */
function readAll(
  answers: KnownAnswers,
  texts: readonly string[],
  { head = false, keepBody = false } = {},
): Seen[] {
  const parser = new AnswerParser(answers);
  const buffer = Buffer.alloc(1024);
  const seen: Seen[] = [];
  for (const text of texts) {
    if (!parser.clean) break;
    parser.expect(head, keepBody);
    const failed = parser.read(buffer, buffer.write(text, 'latin1')) instanceof Error;
    const { status, headers, keepAlive, complete, clean, body } = parser;
    seen.push({ status, headers, keepAlive, complete, clean, body, failed });
    if (!complete || failed) break;
  }
  return seen;
}

test.each([
  ['of any kind', {}],
  ['to HEAD', { head: true }],
  ['whose body is looked at', { keepBody: true }],
])('an answer %s is read as the parser reads it, whatever was read before', (_name, expected) => {
  const answers = new KnownAnswers();
  for (const first of pieces) {
    for (const second of pieces) {
      // What was read on another connection is known here.
      readAll(answers, [second]);
      const texts = [first, second, first];
      const parsed = texts.map((_text, index) => readAlone(texts.slice(0, index + 1), expected));
      const read = readAll(answers, texts, expected);
      expect(read, JSON.stringify(texts)).toEqual(parsed.slice(0, read.length));
      expect(read).toHaveLength(parsed.filter((one) => one !== undefined).length);
    }
  }
});

/** What comes of the last piece when nothing is ever recognized; undefined where the connection was given up before it. */
function readAlone(
  texts: readonly string[],
  expected: { head?: boolean; keepBody?: boolean },
): Seen | undefined {
  const forgetful = new (class extends KnownAnswers {
    override find(): undefined {}
  })();
  return readAll(forgetful, texts, expected)[texts.length - 1];
}

test('an answer whose head was read before is recognized, its body may be another', () => {
  const answers = new KnownAnswers();
  const [first = '', second = ''] = pieces;
  const [one] = readAll(answers, [first]);
  const [other] = readAll(answers, [second]);
  expect(other?.headers).toBe(one?.headers);
});
