import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { stringify } from 'yaml';
import * as z from 'zod';
import { Daemon, requireProgram } from './daemon.ts';
import { ask } from './http.ts';
import { TempDir } from './temp-dir.ts';
import { until } from './until.ts';

const Answer = z.object({
  status: z.string(),
  error: z.string().optional(),
  data: z.object({ result: z.array(z.unknown()) }).optional(),
});

/** A real Prometheus that scrapes one agent each second, with the labels that a scrape in the cluster sets. */
export class Prometheus implements AsyncDisposable {
  readonly #dir: TempDir;
  readonly #daemon: Daemon;
  readonly #port: number;

  private constructor(dir: TempDir, daemon: Daemon, port: number) {
    this.#dir = dir;
    this.#daemon = daemon;
    this.#port = port;
  }

  static async start(agentPort: number): Promise<Prometheus> {
    requireProgram('prometheus', 'prometheus');
    const dir = new TempDir('prometheus');
    writeFileSync(
      dir.join('prometheus.yaml'),
      stringify({
        global: { scrape_interval: '1s', scrape_timeout: '1s' },
        scrape_configs: [
          {
            job_name: 'birler',
            static_configs: [{ targets: [`127.0.0.1:${agentPort}`], labels: { node: 'node-7' } }],
          },
        ],
      }),
    );
    const port = await freePort();
    const daemon = new Daemon('prometheus', [
      `--config.file=${dir.join('prometheus.yaml')}`,
      `--storage.tsdb.path=${dir.join('data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ]);
    const prometheus = new Prometheus(dir, daemon, port);
    await daemon.untilReady(() => prometheus.#isReady());
    return prometheus;
  }

  /** How many series a query gives just now. Throws where Prometheus refuses it. */
  async count(query: string): Promise<number> {
    const { body } = await ask(this.#port, `/api/v1/query?query=${encodeURIComponent(query)}`);
    const { status, error, data } = Answer.parse(JSON.parse(body));
    if (status !== 'success' || data === undefined) throw new Error(`${query}: ${error}`);
    return data.result.length;
  }

  async untilGives(query: string): Promise<void> {
    await until(`${query} gives something`, async () => (await this.count(query)) > 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#daemon[Symbol.asyncDispose]();
    this.#dir[Symbol.dispose]();
  }

  async #isReady(): Promise<boolean> {
    try {
      return (await ask(this.#port, '/-/ready')).status === 200;
    } catch {
      return false; // Nobody listens yet.
    }
  }
}

/** Prometheus does not tell which port it was given, so it is given one that was free a moment ago. */
async function freePort(): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const server = createServer().on('error', reject);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
  });
  return promise;
}
