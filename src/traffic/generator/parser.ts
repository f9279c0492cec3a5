import { createRequire } from 'node:module';
import type { KnownAnswer, KnownAnswers } from './known-answers.ts';

/** What is used of autocannon's HTTP parser (http-parser-js): a state machine fed with bytes. */
interface ParserBase {
  state: string;
  line: string;
  headerSize: number;
  /** Where in the buffer it is. */
  offset: number;
  /** Bytes of body still to come; null where the answer does not say. */
  body_bytes: number | null;
  isChunked: boolean;
  /** The `connection` header's value in lower case. */
  connection: string;
  consumeLine(): string | undefined;
  /** Feeds bytes; returns an Error when they are no HTTP. */
  execute(chunk: Buffer, start: number, length: number): number | Error;
  /** The peer sent FIN: completes an answer that ends with the connection. */
  finish(): Error | undefined;
}
interface HeadInfo {
  versionMajor: number;
  versionMinor: number;
  statusCode: number;
  headers: string[];
  shouldKeepAlive: boolean;
}

/** The very parser that autocannon's client uses, resolved from its place. */
const { HTTPParser } = createRequire(import.meta.resolve('autocannon/lib/httpClient.js'))(
  'http-parser-js',
) as {
  HTTPParser: (new (type: string) => ParserBase) & { RESPONSE: string };
};
const onHeadersComplete = 2;
const onBody = 3;
const onMessageComplete = 4;
const noHeaders: string[] = [];

/** So much of a body is kept for those who look at it, bytes. */
const mostBody = 2 ** 20;

/**
 * Parses one answer at a time on one connection. {@link expect} begins an answer, {@link read} feeds it; afterwards the
 * fields say how far it came. Informational answers (1xx) are read over; bodies are counted, and kept up to 1 MiB only
 * where that was asked for. An answer that comes whole and whose head was parsed before is recognized by its bytes.
 */
export class AnswerParser extends HTTPParser {
  /** Status of the answer whose head has been read; 0 before. */
  status = 0;
  /** Names and values in turn, as sent. */
  headers = noHeaders;
  /** Whether the server leaves the connection open after this answer. */
  keepAlive = false;
  /** The whole answer has been read. */
  complete = false;
  /** More came than was asked for, or a head that contradicts itself: the connection cannot be used further. */
  spoiled = false;
  readonly #answers: KnownAnswers;
  /** The last answer on this connection that came whole: the next is most likely the same. */
  #known: KnownAnswer | undefined;
  #head = false;
  /** Nothing has been read since {@link expect}. */
  #fresh = true;
  /** How many bytes of body the head announces; null where it does not say or none follow all the same. */
  #bodyLength: number | null = null;
  /** Where in the buffer the answer ended. */
  #endedAt = 0;
  #informational = false;
  #keepBody = false;
  #kept: Buffer[] = [];
  #keptBytes = 0;

  constructor(answers: KnownAnswers) {
    super(HTTPParser.RESPONSE);
    this.#answers = answers;
  }

  /**
   * Begins a new answer; `head` says that it answers a HEAD request and so has no body, `keepBody` that its body will be
   * looked at.
   */
  expect(head: boolean, keepBody = false): void {
    this.status = 0;
    this.headers = noHeaders;
    this.keepAlive = false;
    this.complete = false;
    this.#fresh = true;
    this.#head = head;
    this.#keepBody = keepBody;
    if (this.#keptBytes > 0) {
      this.#kept = [];
      this.#keptBytes = 0;
    }
    // The parser counts a completed answer's bytes into the next head's size.
    this.headerSize = 0;
  }

  /** Feeds the first `length` bytes of a buffer; an Error says that they are no HTTP. */
  read(buffer: Buffer, length: number): number | Error {
    // A body that is looked at, or that must not be there, takes the long way.
    const whole = this.#fresh && !this.#head && !this.#keepBody && this.clean;
    this.#fresh = false;
    if (!whole) return this.execute(buffer, 0, length);
    const known = this.#answers.find(buffer, length, this.#known);
    if (known !== undefined) {
      this.#known = known;
      this.status = known.status;
      this.headers = known.headers;
      this.keepAlive = known.keepAlive;
      this.complete = true;
      return length;
    }
    this.#bodyLength = null;
    const result = this.execute(buffer, 0, length);
    // Empty lines after the body are read over by the parser, but are no part of the answer.
    if (this.complete && this.clean && this.#bodyLength !== null && this.#endedAt === length) {
      const { status, headers, keepAlive } = this;
      const head = Buffer.from(buffer.subarray(0, length - this.#bodyLength));
      this.#known = { length, head, status, headers, keepAlive };
      this.#answers.keep(this.#known);
    }
    return result;
  }

  /** The body's text, as far as it was kept. */
  get body(): string {
    return Buffer.concat(this.#kept).toString();
  }

  /** Nothing is left over from the last answer. */
  get clean(): boolean {
    return !this.spoiled && this.state === 'RESPONSE_LINE' && this.line === '';
  }

  [onHeadersComplete](info: HeadInfo): number {
    if (this.complete) {
      this.spoiled = true;
      return 0;
    }
    const { statusCode } = info;
    // 101 would end HTTP on this connection; nothing asked for that, so it is the (wrong) final answer.
    this.#informational = statusCode < 200 && statusCode !== 101;
    if (this.#informational) return 0;
    const length = this.body_bytes;
    if (length !== null && !(Number.isSafeInteger(length) && length >= 0)) this.spoiled = true;
    const bodiless = this.#head || statusCode === 204 || statusCode === 304 || statusCode === 101;
    this.#bodyLength = bodiless ? null : length;
    this.status = statusCode;
    this.headers = info.headers;
    this.keepAlive =
      statusCode !== 101 &&
      (info.shouldKeepAlive || (bodiless && keepsAliveByVersion(info, this.connection)));
    return bodiless || this.spoiled ? 1 : 0;
  }

  [onBody](chunk: Buffer): void {
    if (!this.#keepBody || this.#keptBytes >= mostBody || this.complete) return;
    // The chunk is a view of the buffer that the next read fills.
    const kept = Buffer.from(chunk.subarray(0, mostBody - this.#keptBytes));
    this.#kept.push(kept);
    this.#keptBytes += kept.length;
  }

  [onMessageComplete](): void {
    if (this.#informational) this.#informational = false;
    else if (!this.spoiled) {
      this.complete = true;
      this.#endedAt = this.offset;
    }
  }

  /** As the parser's own, but a chunk size that is no number is an error and not the end of the answer. */
  BODY_CHUNKHEAD(): void {
    const line = this.consumeLine();
    if (line === undefined) return;
    if (!/^[0-9a-f]{1,12}[ \t]*(?:;|$)/i.test(line)) throw new Error('chunk size is no number');
    this.body_bytes = Number.parseInt(line, 16);
    this.state = this.body_bytes === 0 ? 'BODY_CHUNKTRAILERS' : 'BODY_CHUNK';
  }
}

function keepsAliveByVersion({ versionMajor, versionMinor }: HeadInfo, connection: string): boolean {
  return versionMajor > 0 && versionMinor > 0
    ? !connection.includes('close')
    : connection.includes('keep-alive');
}
