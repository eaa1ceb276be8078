import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from '../../support/until.ts';
import type { LiveNode } from '../workload/live-node.ts';
import { AGENT_ENVIRONMENT, agentCommand } from './agent-run.ts';
import { plainEnvironment } from './measure.ts';
import type { Program } from './program.ts';
import { cpuSecondsOf, memoryOf } from './usage.ts';

const STDERR_KEPT = 16_384;

/** An agent that follows a live node, with JSON to one output, until it is stopped. */
export class LiveAgent implements AsyncDisposable {
  readonly startedAtMs = performance.now();
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;
  #stderr = '';

  /** @param stdout a descriptor, for the output `stdout` */
  constructor(program: Program, node: LiveNode, output: string, stdout?: number) {
    const [file = '', ...args] = agentCommand(program, {
      logs: node.logs,
      pods: node.pods,
      state: join(node.directory, 'state'),
      outputs: [output],
      format: 'json',
      once: false,
    });
    this.#child = spawn(file, args, {
      stdio: ['ignore', stdout ?? 'ignore', 'pipe'],
      env: { ...plainEnvironment(), ...AGENT_ENVIRONMENT },
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.#exit = once(this.#child, 'close');
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  get cpuSeconds(): number {
    return cpuSecondsOf(this.pid);
  }

  get rssMib(): number {
    return (memoryOf(this.pid)?.rssBytes ?? 0) / 2 ** 20;
  }

  get peakRssMib(): number {
    return (memoryOf(this.pid)?.peakRssBytes ?? 0) / 2 ** 20;
  }

  /** Waits for something that the agent must bring about. */
  async until(what: string, condition: () => boolean, deadlineMs = 120_000): Promise<void> {
    await until(
      () => `${what}; the agent said:\n${this.#stderr}`,
      () => {
        if (this.#child.exitCode !== null) throw new Error(`the agent ended too early:\n${this.#stderr}`);
        return condition();
      },
      deadlineMs,
    );
  }

  /** A clean stop. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    await this.#exit;
    if (this.#child.exitCode !== 0) throw new Error(`the agent did not end well:\n${this.#stderr}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exit;
  }
}
