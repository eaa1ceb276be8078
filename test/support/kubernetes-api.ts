import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const FIXTURES = fileURLToPath(new URL('../fixtures/k8s-api', import.meta.url));

/** A file of recorded traffic. */
export const recorded = (name: string): string => {
  const bytes = readFileSync(join(FIXTURES, name));
  return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
};

/** The lines of a recorded watch. */
export const recordedEvents = (name: string): readonly string[] =>
  recorded(name)
    .split('\n')
    .filter((line) => line !== '');

/** What was asked of the server. */
export interface ApiRequest {
  readonly kind: 'list' | 'watch' | 'namespace' | 'kubelet' | 'other';
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly token: string;
}

interface Refusal {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * An HTTPS server with the API server's recorded answers, for one node. It refuses, stalls, breaks off and lies when it is
 * told to, and remembers what it was asked.
 */
export class KubernetesApi {
  readonly requests: ApiRequest[] = [];
  /** What a list of pods is answered with. */
  podList = recorded('list-pods-node-a.json');
  /** Tokens that are let in; undefined: any. */
  token: string | undefined;
  /** Called when a watch is opened, to send something on it. */
  onWatch: (watch: OpenWatch, query: ApiRequest['query']) => void = () => undefined;
  readonly watches = new Set<OpenWatch>();
  readonly #refusals = new Map<ApiRequest['kind'], Refusal[]>();
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => this.#answer(request, response));
  }

  /** Starts on a free port of the loopback; the certificate is written to `caFile`. */
  static async start(directory: string): Promise<KubernetesApi> {
    const [key, cert] = [join(directory, 'server.key'), join(directory, 'ca.crt')];
    const subject = ['-subj', '/CN=kubernetes', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    execFileSync(
      'openssl',
      ['req', '-x509', ...curve, '-nodes', '-days', '1', ...subject, '-keyout', key, '-out', cert],
      {
        stdio: 'ignore',
      },
    );
    const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    return new KubernetesApi(server);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `https://127.0.0.1:${this.port}`;
  }

  asked(kind: ApiRequest['kind']): readonly ApiRequest[] {
    return this.requests.filter((request) => request.kind === kind);
  }

  /** Answers the next request of this kind with a failure. */
  refuse(kind: ApiRequest['kind'], status: number, headers: Readonly<Record<string, string>> = {}): void {
    const body =
      status === 401
        ? recorded('401.json')
        : JSON.stringify({
            kind: 'Status',
            apiVersion: 'v1',
            status: 'Failure',
            message: `no: ${status}`,
            code: status,
          });
    this.#refusals.set(kind, [...(this.#refusals.get(kind) ?? []), { status, body, headers }]);
  }

  /** Sends a line on every open watch. */
  send(line: string): void {
    for (const watch of this.watches) watch.send(line);
  }

  /** Closes the port and cuts every connection, as a server that dies. */
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  /** Comes back on the same port. */
  async restart(port: number): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', this.url);
    const query = Object.fromEntries(url.searchParams);
    const token = (request.headers.authorization ?? '').replace(/^Bearer /, '');
    const kind = kindOf(url.pathname, query);
    this.requests.push({ kind, method: request.method ?? '', path: url.pathname, query, token });
    if (this.token !== undefined && token !== this.token) {
      answer(response, 401, recorded('401.json'));
      return;
    }
    const refusal = this.#refusals.get(kind)?.shift();
    if (refusal !== undefined) answer(response, refusal.status, refusal.body, refusal.headers);
    else if (kind === 'watch') this.#open(response, query);
    else if (kind === 'list' || kind === 'kubelet') answer(response, 200, this.podList);
    else if (kind === 'namespace') answerNamespace(response, url.pathname);
    else answer(response, 404, '{}');
  }

  #open(response: ServerResponse, query: ApiRequest['query']): void {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    const watch: OpenWatch = {
      send: (line) => response.write(`${line}\n`),
      end: () => response.end(),
      cut: () => response.socket?.destroy(),
    };
    this.watches.add(watch);
    response.on('close', () => this.watches.delete(watch));
    this.onWatch(watch, query);
  }
}

/** A watch that a client has open. */
export interface OpenWatch {
  send(line: string): void;
  /** Ends it as a server does when its time is over. */
  end(): void;
  /** Cuts the connection. */
  cut(): void;
}

const kindOf = (path: string, query: ApiRequest['query']): ApiRequest['kind'] => {
  if (path === '/api/v1/pods') return query['watch'] === 'true' ? 'watch' : 'list';
  if (path === '/pods') return 'kubelet';
  return /^\/api\/v1\/namespaces\/[^/]+$/.test(path) ? 'namespace' : 'other';
};

const answer = (
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(body);
};

const answerNamespace = (response: ServerResponse, path: string): void => {
  const { items } = JSON.parse(recorded('list-namespaces.json')) as {
    readonly items: readonly { readonly metadata: { readonly name: string } }[];
  };
  const found = items.find(({ metadata }) => path.endsWith(`/${metadata.name}`));
  if (found === undefined) answer(response, 404, '{}');
  else answer(response, 200, JSON.stringify(found));
};
