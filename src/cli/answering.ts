import { isDeepStrictEqual } from 'node:util';
import type { HttpConfig } from '../config/http.ts';
import type { HttpServer, HttpSurroundings } from '../serve/http-server.ts';
import type { Service } from '../service.ts';
import type { Clock } from '../system/system.ts';
import { VERSION } from './version.ts';

/** Where the service answers on HTTP, as the configuration in force says it. What it needs is loaded only where it is used. */
export class Answering {
  readonly #service: Pick<Service, 'overview' | 'events'>;
  readonly #clock: Clock;
  #http: HttpConfig | undefined;
  #server: HttpServer | undefined;
  #surroundings: HttpSurroundings | undefined;
  #listening: Promise<void> = Promise.resolve();

  constructor(service: Pick<Service, 'overview' | 'events'>, clock: Clock) {
    this.#service = service;
    this.#clock = clock;
  }

  /** Answers there from now on, and nowhere else; with undefined, nowhere. */
  listen(http: HttpConfig | undefined): Promise<void> {
    this.#listening = this.#listening.then(() => this.#listen(http));
    return this.#listening;
  }

  /** The same, for who does not wait for it. */
  follow(http: HttpConfig | undefined): void {
    this.listen(http).catch((error: unknown) => this.#service.events.httpFailed('http.listen', error));
  }

  close(): void {
    this.#server?.close();
  }

  async #listen(http: HttpConfig | undefined): Promise<void> {
    if (isDeepStrictEqual(http, this.#http)) return;
    this.#http = http;
    this.#server?.close();
    this.#server = undefined;
    if (http === undefined) return;
    const { HttpServer } = await import('../serve/http-server.ts');
    this.#surroundings ??= await this.#newSurroundings();
    this.#server = new HttpServer(http, this.#surroundings);
    this.#server.start();
  }

  async #newSurroundings(): Promise<HttpSurroundings> {
    const { realMachine } = await import('../system/real-machine.ts');
    const service = this.#service;
    return {
      // A new configuration may bring a new agent.
      get overview() {
        return service.overview;
      },
      machine: realMachine(true),
      clock: this.#clock,
      events: service.events,
      version: VERSION,
    };
  }
}
