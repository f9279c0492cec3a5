/** The inner modules of autocannon that the generator uses; the package ships no types. */
declare module 'autocannon/lib/httpClient.js' {
  import { EventEmitter } from 'node:events';

  export interface ClientOptions {
    protocol: string;
    hostname: string;
    port: number;
    path?: string;
  }

  /** One connection with its parser and request builder. */
  export default class Client extends EventEmitter {
    constructor(options: ClientOptions);
    opts: ClientOptions;
    timeoutTicker: { clear(): void };
    destroyed: boolean;
    _connect(): void;
    _doRequest(): void;
    _destroyConnection(): void;
    destroy(): void;
  }
}

declare module 'autocannon/lib/httpRequestBuilder.js' {
  export interface RequestParts {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    body?: string;
    hostname?: string;
    port?: number;
  }
  export default function requestBuilder(defaults: RequestParts): (parts: RequestParts) => Buffer;
}
