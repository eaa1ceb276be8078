import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'yaml';
import { type AgentStatus, readStatus } from '../test/support/agent-status.ts';
import { BIRLER } from '../test/support/birler-process.ts';
import { LineCounter } from '../test/support/line-counter.ts';
import type { TempNode } from '../test/support/temp-node.ts';
import { until } from '../test/support/until.ts';
import { shortenLines } from './shorten-lines.ts';

const BEGIN_MS = 60_000;
const DRAIN_MS = 30_000;

/**
 * The real agent, as anybody would start it: pretty on the terminal, and JSON with record ids into a file, from which the
 * summary is counted. It has a process group of its own, so that Ctrl+C reaches the demo alone, which then stops the
 * writers first and the agent last.
 */
export class DemoAgent implements AsyncDisposable {
  readonly #node: TempNode;
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  readonly #shown: Promise<void>;
  #diagnostics = '';

  constructor(node: TempNode, isColored: boolean) {
    this.#node = node;
    const config = node.dir.join('birler.yaml');
    writeFileSync(config, configText(node, isColored));
    this.#child = spawn(BIRLER, ['run', '--config', config], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exit = once(this.#child, 'close');
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#diagnostics += text));
    this.#shown = this.#show(isColored);
  }

  /** What the agent had to say of itself: warnings and errors. */
  get diagnostics(): string {
    return this.#diagnostics;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when the process is gone and its last line is on the terminal. */
  async ended(): Promise<number | null> {
    await this.#exit;
    await this.#shown;
    return this.#child.exitCode;
  }

  /** Waits for the first lines in the file; an agent that does not begin has ended, and said why. */
  async untilBegun(): Promise<void> {
    const lines = new LineCounter(this.#node.output);
    await until('birler begins', () => !this.isRunning || lines.count() > 0, BEGIN_MS);
  }

  /** Waits until each output has that many records; a loss would make it wait in vain, so it gives up in the end. */
  async untilDelivered(records: number): Promise<AgentStatus | undefined> {
    let status: AgentStatus | undefined;
    const isDelivered = async (): Promise<boolean> => {
      status = await readStatus(this.#node.state);
      return (
        !this.isRunning ||
        (status?.outputs.every(({ ledger }) => ledger.delivered.records >= records) ?? false)
      );
    };
    await until('everything is delivered', isDelivered, DRAIN_MS).catch(() => undefined); // The summary will say it.
    return status;
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.ended();
  }

  killHard(): void {
    this.#child.kill('SIGKILL');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isRunning) this.killHard();
    await this.ended();
  }

  async #show(isColored: boolean): Promise<void> {
    if (this.#child.stdout === null) return;
    const lines = this.#child.stdout.setEncoding('utf8');
    // A terminal that has gone ends the agent too: its next write fails, and it says so.
    await pipeline(lines, shortenLines(isColored), process.stdout, { end: false }).catch(() => undefined);
  }
}

function configText(node: TempNode, isColored: boolean): string {
  return stringify({
    sources: { logs: node.logs, pods: node.pods },
    state: { directory: node.state },
    host: 'demo-node',
    // The balance is one of lines; with traces joined it would be one of records.
    multiline: { mode: 'off' },
    log: { level: 'warn', format: 'pretty' },
    outputs: [
      { name: 'terminal', type: 'stdout', format: 'pretty', color: isColored ? 'always' : 'never' },
      { name: 'account', type: 'file', path: node.output, format: 'json', record_id: true },
    ],
  });
}
