import type { IncomingMessage, ServerResponse } from 'node:http';
import type { HttpConfig } from '../config/http.ts';
import type { OutputFormat } from '../core/encoder.ts';
import { quoted } from '../core/units.ts';
import { debugRefusal } from './access.ts';
import { answer, JSON_TYPE, refuse, TEXT } from './answer.ts';
import { debugState, MOST_STREAMS, STREAMS } from './debug-state.ts';
import type { HttpSurroundings } from './http-server.ts';
import type { Scrape } from './metric.ts';
import { notReadyBecause, stuckBecause } from './readiness.ts';
import { Taps, type TapWish } from './taps.ts';

const INDEX = `birler. What there is:
  /metrics      numbers for Prometheus
  /livez        whether it turns
  /readyz       whether logs are read, delivered and remembered; if not, why
  /debug/state  streams, positions, outputs, losses (?streams=N)
  /debug/tap    what an output sees, live (?output=NAME&stream=GLOB&format=json|raw|cri|pretty)
`;

/** Answers that are being made or taken at a time, probes apart: each may hold a megabyte. */
const MOST_ANSWERS = 8;
const MOST_PATTERN = 512;

const FORMATS = ['json', 'raw', 'cri', 'pretty'] as const satisfies readonly OutputFormat[];

export class Routes {
  readonly #config: HttpConfig;
  readonly #surroundings: HttpSurroundings;
  readonly #taps: Taps;
  #answers = 0;

  constructor(config: HttpConfig, surroundings: HttpSurroundings) {
    this.#config = config;
    this.#surroundings = surroundings;
    this.#taps = new Taps(() => surroundings.overview, surroundings.clock);
  }

  async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(request.url ?? '', 'http://birler');
    switch (url?.pathname) {
      case '/':
        answer(request, response, 200, TEXT, INDEX);
        break;
      case '/livez':
        this.#livez(request, response);
        break;
      case '/readyz':
        this.#readyz(request, response);
        break;
      case '/metrics':
        if (this.#hasPlace(request, response)) await this.#metrics(request, response);
        break;
      case '/debug/state':
        if (this.#maySee(request, response) && this.#hasPlace(request, response))
          this.#state(request, response, url.searchParams);
        break;
      case '/debug/tap':
        if (this.#maySee(request, response)) this.#tap(request, response, url.searchParams);
        break;
      default:
        answer(request, response, 404, TEXT, INDEX);
    }
  }

  #livez(request: IncomingMessage, response: ServerResponse): void {
    const stuck = stuckBecause(this.#surroundings.overview.loop);
    answer(request, response, stuck === undefined ? 200 : 503, TEXT, `${stuck ?? 'ok'}\n`);
  }

  #readyz(request: IncomingMessage, response: ServerResponse): void {
    const reasons = notReadyBecause(this.#surroundings.overview.health);
    const status = reasons.length === 0 ? 200 : 503;
    if (request.headers.accept?.includes(JSON_TYPE) === true) {
      const body = JSON.stringify({ ready: reasons.length === 0, reasons });
      answer(request, response, status, JSON_TYPE, `${body}\n`);
    } else
      answer(
        request,
        response,
        status,
        TEXT,
        reasons.length === 0 ? 'ok\n' : `not ready: ${reasons.join('; ')}\n`,
      );
  }

  async #metrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // Not before somebody asks: many agents are never scraped.
    const { METRICS_CONTENT_TYPE, renderMetrics } = await import('./metrics.ts');
    answer(request, response, 200, METRICS_CONTENT_TYPE, await renderMetrics(this.#scrape()));
  }

  #state(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void {
    const { overview } = this.#surroundings;
    const asked = Number(query.get('streams') ?? STREAMS);
    if (!Number.isInteger(asked) || asked < 0) {
      refuse(request, response, 400, 'streams is to be a whole number');
      return;
    }
    const body = debugState(
      this.#scrape(),
      (keys) => overview.describe(keys),
      overview.streamKeys,
      Math.min(asked, MOST_STREAMS),
    );
    answer(request, response, 200, JSON_TYPE, body);
  }

  #tap(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void {
    const wish = tapWish(query, this.#surroundings.overview.outputNames);
    if (typeof wish === 'string') {
      refuse(request, response, 400, wish);
      return;
    }
    if (this.#taps.isFull) {
      refuse(request, response, 503, 'as many taps are open as can be; close another one');
      return;
    }
    response.shouldKeepAlive = false;
    response.writeHead(200, {
      'content-type': wish.format === 'json' ? 'application/x-ndjson' : TEXT,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    response.flushHeaders();
    // A stream may be silent for hours.
    request.socket.setTimeout(0);
    const client = {
      get waitingBytes() {
        return response.writableLength;
      },
      write: (bytes: Uint8Array) => {
        response.write(bytes);
      },
    };
    const close = this.#taps.open(wish, client, () => response.destroy());
    response.on('close', close);
  }

  #maySee(request: IncomingMessage, response: ServerResponse): boolean {
    const refusal = debugRefusal(this.#config.debug, request);
    if (refusal !== undefined) refuse(request, response, 403, refusal);
    return refusal === undefined;
  }

  /** Takes a place until the client has taken the answer, or is gone; false, and refused, if there is none. */
  #hasPlace(request: IncomingMessage, response: ServerResponse): boolean {
    if (this.#answers >= MOST_ANSWERS) {
      refuse(request, response, 503, 'too many requests at a time; try again');
      return false;
    }
    this.#answers++;
    response.once('close', () => {
      this.#answers--;
    });
    return true;
  }

  #scrape(): Scrape {
    const { overview, machine, version } = this.#surroundings;
    return { agent: overview.snapshot(), process: machine.usage(), version, taps: this.#taps.count };
  }
}

/** What is to be tapped, or what is wrong with the wish. */
const tapWish = (query: URLSearchParams, outputs: readonly string[]): TapWish | string => {
  const output = query.get('output') ?? outputs[0] ?? '';
  if (!outputs.includes(output))
    return `no output is called ${quoted(output)}; there is ${outputs.join(', ')}`;
  const format = FORMATS.find((each) => each === (query.get('format') ?? 'json'));
  if (format === undefined) return `format is to be one of ${FORMATS.join(', ')}`;
  const pattern = query.get('stream') ?? '';
  if (pattern.length > MOST_PATTERN) return 'the pattern for streams is too long';
  return { output, pattern, format, color: query.get('color') === 'always' };
};
