import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { HttpConfig } from '../config/http.ts';
import { messageOf } from '../core/errors.ts';
import type { Machine } from '../system/machine.ts';
import type { Clock } from '../system/system.ts';
import type { Events } from '../telemetry/events.ts';
import { misformed } from './access.ts';
import { refuse } from './answer.ts';
import type { Overview } from './overview.ts';
import { Routes } from './routes.ts';

/** Not by `import`: that touches every export of the module, and one of them loads a web client (24 ms of each start). */
const { createServer } = process.getBuiltinModule('node:http');

/**
 * Answers on one address. It is there for people and probes; the agent does not need it: if the port cannot be had, logs are
 * delivered all the same, and it is tried again.
 *
 * Clients may be hostile. All they can take is bounded: connections, headers, the time to send them, answers at a time; nobody
 * can send a body.
 */
export interface HttpSurroundings {
  /** Of the agent that runs now: asked for anew each time. */
  readonly overview: Overview;
  readonly machine: Machine;
  readonly clock: Clock;
  readonly events: Events;
  readonly version: string;
}

const RETRY_MS = 10_000;
const MOST_CONNECTIONS = 64;
const MOST_REQUESTS_PER_CONNECTION = 1_000;
const MOST_HEADER_BYTES = 8 * 1024;
const HEADERS_MS = 5_000;
const REQUEST_MS = 10_000;
/** Longer than Prometheus' usual interval, so that a scraper keeps its connection. */
const KEEP_ALIVE_MS = 75_000;
/** Nothing moved for so long: also an answer that nobody takes. */
const STILL_MS = 90_000;
const CHECK_MS = 5_000;

export class HttpServer {
  readonly #config: HttpConfig;
  readonly #surroundings: HttpSurroundings;
  readonly #routes: Routes;
  #server: Server | undefined;
  #cancelRetry: (() => void) | undefined;
  #isClosed = false;

  constructor(config: HttpConfig, surroundings: HttpSurroundings) {
    this.#config = config;
    this.#surroundings = surroundings;
    this.#routes = new Routes(config, surroundings);
  }

  /** Begins to listen; the log tells where, or why not. */
  start(): void {
    const { events, clock } = this.#surroundings;
    const { host, port } = this.#config;
    this.#cancelRetry = undefined;
    const server = this.#newServer();
    this.#server = server;
    server.on('error', (error) => {
      events.httpUnavailable(`${host}:${port}`, error);
      server.close();
      if (!this.#isClosed && this.#cancelRetry === undefined)
        this.#cancelRetry = clock.after(RETRY_MS, () => this.start());
    });
    server.listen({ host, port, backlog: MOST_CONNECTIONS }, () => {
      const { address, port: given } = server.address() as AddressInfo;
      events.httpListening(address, given);
    });
    // The agent decides when the process ends.
    server.unref();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelRetry?.();
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  #newServer(): Server {
    const server = createServer({
      maxHeaderSize: MOST_HEADER_BYTES,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      connectionsCheckingInterval: CHECK_MS,
      insecureHTTPParser: false,
      requireHostHeader: true,
    });
    server.maxConnections = MOST_CONNECTIONS;
    server.maxRequestsPerSocket = MOST_REQUESTS_PER_CONNECTION;
    server.timeout = STILL_MS;
    // Idle connections must not keep a probe out.
    server.on('drop', () => server.closeIdleConnections());
    server.on('request', (request, response) => {
      this.#answer(request, response).catch((error: unknown) => this.#failed(request, response, error));
    });
    // `Expect: 100-continue` and upgrades announce what nobody wants here.
    server.on('checkContinue', (request, response) =>
      refuse(request, response, 413, 'a request has no body here'),
    );
    server.on('upgrade', (_request, socket) => socket.destroy());
    server.on('clientError', (_error, socket) => socket.destroy());
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume();
    const wrong = misformed(request);
    if (wrong === undefined) await this.#routes.answer(request, response);
    else refuse(request, response, ...wrong);
  }

  #failed(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    this.#surroundings.events.httpFailed(path.slice(0, 100), error);
    if (response.headersSent) response.destroy();
    else refuse(request, response, 500, `cannot answer: ${messageOf(error)}`);
  }
}
