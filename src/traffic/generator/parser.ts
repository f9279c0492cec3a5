import { createRequire } from 'node:module';

/** What is used of autocannon's HTTP parser (http-parser-js): a state machine fed with bytes. */
interface ParserBase {
  state: string;
  line: string;
  headerSize: number;
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
 * Parses one answer at a time on one connection. {@link expect} begins an answer, `execute` feeds it; afterwards the
 * fields say how far it came. Informational answers (1xx) are read over; bodies are counted, and kept up to 1 MiB only
 * where that was asked for.
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
  #head = false;
  #informational = false;
  #keepBody = false;
  #kept: Buffer[] = [];
  #keptBytes = 0;

  constructor() {
    super(HTTPParser.RESPONSE);
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
    this.#head = head;
    this.#keepBody = keepBody;
    if (this.#keptBytes > 0) {
      this.#kept = [];
      this.#keptBytes = 0;
    }
    // The parser counts a completed answer's bytes into the next head's size.
    this.headerSize = 0;
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
    else if (!this.spoiled) this.complete = true;
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
