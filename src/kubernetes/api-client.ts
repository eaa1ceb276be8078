import type { KubeConfig } from '@kubernetes/client-node/dist/config.js';
import type { RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js';
import type { Agent, Dispatcher } from 'undici';
import { messageOf } from '../core/errors.ts';
import type { Files } from '../system/system.ts';
import { ApiFailure, failureOfError, failureOfStatus, retryAfterMsOf } from './api-failure.ts';

export type Query = Readonly<Record<string, string | number | boolean>>;

export interface WatchListener {
  /** The server has accepted the watch. */
  onOpen(): void;
  /** What it throws ends the watch. */
  onEvent(type: string, object: unknown): void;
}

/** Asks the API server, or the kubelet, which speaks alike. */
export interface ApiClient {
  /**
   * The object at a path.
   *
   * @throws ApiFailure
   */
  get(path: string, query: Query, signal: AbortSignal): Promise<unknown>;
  /**
   * Watches a path. Resolves when the server has ended the watch.
   *
   * @throws ApiFailure
   */
  watch(path: string, query: Query, signal: AbortSignal, listener: WatchListener): Promise<void>;
  close(): void;
}

/** Where the server is, and how both sides know who the other is. */
export interface ApiAddress {
  /** `https://10.0.0.1:443` */
  readonly server: string;
  readonly tokenFile: string;
  /** The certificates that the server's must be signed by. */
  readonly caFile: string;
  /** Whether any certificate will do: many kubelets have one that nobody signed. */
  readonly isUnverified: boolean;
}

const CONNECT_MS = 10_000;
/** From the request to the first byte, and between two pieces of a list. */
const ANSWER_MS = 30_000;
/** A list of the fullest node has a few MiB. More is no list of one node's pods. */
const MOST_BYTES = 64 * 1024 * 1024;
/** One watch, one list, one namespace, and one that is being given up. */
const CONNECTIONS = 4;

interface Connection {
  readonly agent: Agent;
  readonly ca: string;
}

/**
 * The library's Watch, and undici, which it is made with. Both are imported with the first request: 26 MiB of memory, where
 * the library as a whole takes 80 (decision 10). Token and certificates are read for each request, because both are
 * replaced while birler runs.
 */
export class HttpApiClient implements ApiClient {
  readonly #address: ApiAddress;
  readonly #files: Files;
  #connection: Connection | undefined;

  constructor(address: ApiAddress, files: Files) {
    this.#address = address;
    this.#files = files;
  }

  async get(path: string, query: Query, signal: AbortSignal): Promise<unknown> {
    try {
      const { request } = await import('./undici.ts');
      const { statusCode, headers, body } = await request(this.#url(path, query), {
        dispatcher: await this.#agent(),
        headers: { ...(await this.#credentials()), accept: 'application/json' },
        headersTimeout: ANSWER_MS,
        bodyTimeout: ANSWER_MS,
        signal,
      });
      const object = parse(await textOf(body));
      if (statusCode !== 200)
        throw failureOfStatus(object, statusCode, retryAfterMsOf(headers['retry-after']));
      if (object === undefined) throw new ApiFailure('the answer is not JSON', 0, 0);
      return object;
    } catch (error) {
      throw failureOfError(error);
    }
  }

  async watch(path: string, query: Query, signal: AbortSignal, listener: WatchListener): Promise<void> {
    let retryAfterMs = 0;
    try {
      const { Watch } = await import('@kubernetes/client-node/dist/watch.js');
      const agent = await this.#agent();
      const noteRefusal = (ms: number): void => {
        retryAfterMs = ms;
      };
      const config = {
        getCurrentCluster: () => ({ server: this.#address.server }),
        applySecurityAuthentication: async (context: RequestContext) => {
          const credentials = await this.#credentials();
          for (const [name, value] of Object.entries(credentials)) context.setHeaderParam(name, value);
          context.setDispatcher(withRetryAfter(agent, noteRefusal));
        },
      };
      // Watch asks its KubeConfig for nothing else; the class itself would bring in all that costs memory.
      const watch = new Watch(config as unknown as KubeConfig);
      // It gives a watch up after 30 s of silence, and bookmarks come once a minute: who watches looks at the time.
      Object.assign(watch, { requestTimeoutMs: LONGEST_SILENCE_MS });
      const failureOf = (error: unknown): ApiFailure => failureOfError(error, retryAfterMs);
      await follow(watch.watch.bind(watch, path, { ...query }), signal, listener, failureOf);
    } catch (error) {
      throw failureOfError(error);
    }
  }

  close(): void {
    this.#replace(undefined);
  }

  #url(path: string, query: Query): URL {
    const url = new URL(this.#address.server + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, String(value));
    return url;
  }

  async #credentials(): Promise<Readonly<Record<string, string>>> {
    const token = await this.#read(this.#address.tokenFile, "the service account's token");
    return { authorization: `Bearer ${token.trim()}`, 'user-agent': 'birler' };
  }

  async #agent(): Promise<Agent> {
    const { caFile, isUnverified } = this.#address;
    const ca = isUnverified ? '' : await this.#read(caFile, "the cluster's certificate");
    const { Agent: UndiciAgent } = await import('./undici.ts');
    if (this.#connection?.ca === ca) return this.#connection.agent;
    const agent = new UndiciAgent({
      // Over HTTP/2 a watch that was given up would leave its dead connection behind for the next one.
      allowH2: false,
      connections: CONNECTIONS,
      headersTimeout: ANSWER_MS,
      bodyTimeout: 0,
      connect: { timeout: CONNECT_MS, ...(isUnverified ? { rejectUnauthorized: false } : { ca }) },
    });
    this.#replace({ agent, ca });
    return agent;
  }

  #replace(connection: Connection | undefined): void {
    const before = this.#connection;
    this.#connection = connection;
    // Requests that are cut off here tell so themselves.
    before?.agent.destroy().catch(() => undefined);
  }

  async #read(path: string, what: string): Promise<string> {
    const content = await this.#files.readWhole(path).catch((error: unknown) => {
      throw new ApiFailure(`${what} cannot be read: ${messageOf(error)}`, 0, 0, { cause: error });
    });
    if (content === undefined) throw new ApiFailure(`${what} is not there: ${path}`, 0, 0);
    return content.toString('utf8');
  }
}

/** Beyond what any watcher of ours allows: a last resort. */
const LONGEST_SILENCE_MS = 15 * 60_000;

type Begin = (
  callback: (type: string, object: unknown) => void,
  done: (error: unknown) => void,
) => Promise<AbortController>;

/** Makes a promise of the library's two callbacks. */
const follow = (
  begin: Begin,
  signal: AbortSignal,
  listener: WatchListener,
  failureOf: (error: unknown) => ApiFailure,
): Promise<void> =>
  new Promise((resolve, reject) => {
    let controller: AbortController | undefined;
    let isOver = false;
    const end = (error: unknown): void => {
      isOver = true;
      signal.removeEventListener('abort', abort);
      controller?.abort();
      if (error === null || error === undefined) resolve();
      else reject(failureOf(error));
    };
    const abort = (): void => end(signal.reason);
    // The library swallows what a callback throws.
    const tell = (type: string, object: unknown): void => {
      if (isOver) return;
      try {
        listener.onEvent(type, object);
      } catch (error) {
        end(error);
      }
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener('abort', abort, { once: true });
    begin(tell, end).then((started) => {
      controller = started;
      if (isOver) started.abort();
      else listener.onOpen();
    }, end);
  });

/** The library tells of a refusal without its headers, and Retry-After is one. */
const withRetryAfter = (agent: Agent, note: (ms: number) => void): Dispatcher =>
  agent.compose(
    (dispatch) => (options, handler) =>
      dispatch(options, {
        onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
        onResponseStart: (controller, statusCode, headers, statusMessage) => {
          if (statusCode !== 200) note(retryAfterMsOf(headers['retry-after']));
          handler.onResponseStart?.(controller, statusCode, headers, statusMessage);
        },
        onResponseData: (controller, chunk) => handler.onResponseData?.(controller, chunk),
        onResponseEnd: (controller, trailers) => handler.onResponseEnd?.(controller, trailers),
        onResponseError: (controller, error) => handler.onResponseError?.(controller, error),
      }),
  );

const textOf = async (body: AsyncIterable<unknown>): Promise<string> => {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) continue;
    length += chunk.length;
    if (length > MOST_BYTES) throw new ApiFailure(`the answer is longer than ${MOST_BYTES} bytes`, 0, 0);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // An error page of something in between; its status says enough.
    return undefined;
  }
};
