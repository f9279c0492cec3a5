import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Which of the container's outputs a line came from. */
export type LogStream = 'stdout' | 'stderr';

/** Sizes that bound a container's log, as the kubelet's containerLogMaxSize and containerLogMaxFiles do. */
export interface LogLimits {
  maxBytes: number;
  /** Files kept in all: `<n>.log` and the older `<n>.log.1`, `.2`, … */
  maxFiles: number;
}

const kubeletLimits: LogLimits = { maxBytes: 10 * 1024 * 1024, maxFiles: 5 };

/** A line longer than this is cut into parts tagged `P`, as container runtimes do. */
const maxLineBytes = 16 * 1024;
/** Lines are gathered this long before they are written, so that a chatty container costs one write and not hundreds. */
const gatherMs = 10;
const newline = 0x0a;

/**
 * One container's log in the CRI format, `<RFC 3339 with nanoseconds> stdout|stderr F|P <text>` per line. Rotates by size;
 * what is read from disk is never older than a few milliseconds.
 */
export class LogFile {
  readonly path: string;
  readonly #limits: LogLimits;
  readonly #rest: Record<LogStream, Buffer> = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  #fd: number | undefined;
  #size = 0;
  #gathered: Buffer[] = [];
  #timer: NodeJS.Timeout | undefined;

  /** Creates the file and its folders. */
  constructor(path: string, limits: LogLimits = kubeletLimits) {
    this.path = path;
    this.#limits = limits;
    mkdirSync(dirname(path), { recursive: true });
    this.#fd = openSync(path, 'a');
  }

  /** Takes output as it comes; it may end in the middle of a line. */
  write(stream: LogStream, chunk: Buffer): void {
    if (this.#fd === undefined) return;
    const head = `${timestamp()} ${stream} `;
    let from = 0;
    for (let to = chunk.indexOf(newline); to !== -1; to = chunk.indexOf(newline, from)) {
      this.#line(head, 'F', joined(this.#rest[stream], chunk.subarray(from, to)));
      this.#rest[stream] = Buffer.alloc(0);
      from = to + 1;
    }
    let rest = joined(this.#rest[stream], chunk.subarray(from));
    for (; rest.length >= maxLineBytes; rest = rest.subarray(maxLineBytes)) {
      this.#line(head, 'P', rest.subarray(0, maxLineBytes));
    }
    // A copy, because the chunk's memory belongs to the stream.
    this.#rest[stream] = Buffer.from(rest);
    if (this.#gathered.length > 0) this.#timer ??= setTimeout(() => this.#flush(), gatherMs);
  }

  /** Writes what is still there and closes the file. Later output is dropped. */
  close(): void {
    if (this.#fd === undefined) return;
    for (const stream of ['stdout', 'stderr'] as const) {
      if (this.#rest[stream].length > 0) this.#line(`${timestamp()} ${stream} `, 'F', this.#rest[stream]);
    }
    this.#flush();
    closeSync(this.#fd);
    this.#fd = undefined;
  }

  #line(head: string, tag: 'F' | 'P', text: Buffer): void {
    this.#gathered.push(Buffer.from(`${head}${tag} `), Buffer.from(text), Buffer.from('\n'));
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#fd === undefined || this.#gathered.length === 0) return;
    const bytes = Buffer.concat(this.#gathered);
    this.#gathered = [];
    if (this.#size > 0 && this.#size + bytes.length > this.#limits.maxBytes) this.#rotate();
    writeSync(this.#fd, bytes);
    this.#size += bytes.length;
  }

  #rotate(): void {
    closeSync(this.#fd as number);
    const older = (n: number): string => (n === 0 ? this.path : `${this.path}.${n}`);
    rmSync(older(this.#limits.maxFiles - 1), { force: true });
    for (let n = this.#limits.maxFiles - 2; n >= 0; n--) {
      try {
        renameSync(older(n), older(n + 1));
      } catch {
        // Not that many files yet.
      }
    }
    this.#fd = openSync(this.path, 'a');
    this.#size = 0;
  }
}

function joined(a: Buffer, b: Buffer): Buffer {
  return a.length === 0 ? b : Buffer.concat([a, b]);
}

/** Now, as RFC 3339 with nine digits. */
function timestamp(): string {
  const now = performance.timeOrigin + performance.now();
  const whole = Math.floor(now);
  const nanos = Math.floor((now - whole) * 1000) * 1000;
  return `${new Date(whole).toISOString().slice(0, -1)}${String(nanos).padStart(6, '0')}Z`;
}
