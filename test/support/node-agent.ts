import type { Account } from './account.ts';
import { BirlerProcess, runBirler, type StartOptions } from './birler-process.ts';
import { LineCounter } from './line-counter.ts';
import type { TempNode } from './temp-node.ts';
import { type Order, type Verdict, verifyOutput } from './verify.ts';

/** The flags with which a test's agent runs over its temporary node, its output a JSON file. */
export function agentFlags(node: TempNode, ...more: readonly string[]): string[] {
  const places = ['--logs', node.logs, '--pods', node.pods, '--state', node.state];
  return ['run', ...places, '--output', `file:${node.output}`, '--format', 'json', ...more];
}

/** An agent over a temporary node, and questions about what it has delivered so far. */
export class NodeAgent extends BirlerProcess {
  readonly node: TempNode;
  readonly #lines: LineCounter;

  constructor(node: TempNode, flags: readonly string[] = agentFlags(node), options?: StartOptions) {
    super(flags, options);
    this.node = node;
    this.#lines = new LineCounter(node.output);
  }

  get delivered(): number {
    return this.#lines.count();
  }

  /** Waits until the output holds at least as many lines as the accounts. */
  async untilDelivered(accounts: readonly Account[], deadlineMs?: number): Promise<void> {
    const wanted = accounts.reduce((sum, account) => sum + account.count, 0);
    // Only when the deadline has passed: what exactly is missing, and what the output says of it.
    const told = (): string => {
      const { missing, missingBytes, doubled, gaps, examples } = verifyNode(this.node, accounts, 'std');
      const verdict = JSON.stringify({ missing, missingBytes, doubled, gaps, examples }, null, 1);
      return `the output holds ${wanted} lines; it holds ${this.delivered}: ${verdict}`;
    };
    await this.until(told, () => this.delivered >= wanted, deadlineMs);
  }

  async untilLines(wanted: number, deadlineMs?: number): Promise<void> {
    const told = (): string => `the output holds ${wanted} lines; it holds ${this.delivered}`;
    await this.until(told, () => this.delivered >= wanted, deadlineMs);
  }
}

/** Runs `birler run --once` over the node: everything that is there, and the end. */
export function collectOnce(node: TempNode, ...more: readonly string[]): ReturnType<typeof runBirler> {
  return runBirler(agentFlags(node, '--once', ...more));
}

export const verifyNode = (node: TempNode, accounts: readonly Account[], order?: Order): Verdict =>
  verifyOutput(node.output, accounts, order);
