import { Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Fifo } from '../process/fifo.ts';
import { LiveAgent } from '../process/live-agent.ts';
import { percentile } from '../statistics.ts';
import { LiveNode } from '../workload/live-node.ts';
import { MIXED } from '../workload/mix.ts';
import type { BenchCase, Goal } from './case.ts';

const FILES = 100;
const EVERY_MS = 50;
const WARM_UP_MS = 2_000;
const SEQUENCE = /seq=(\d+)/g;

interface LatencyCase {
  readonly name: string;
  readonly title: string;
  /** Files that get a line every 50 ms: one after the other, or all of them. */
  readonly filesEachTime: number;
  readonly goals: { readonly p50?: Goal; readonly p99?: Goal };
}

/**
 * From just before a line is written until it is read from the pipe; writer and reader are this process, so there is one
 * clock. Every line must arrive.
 */
export const latencyCase = ({ name, title, filesEachTime, goals }: LatencyCase): BenchCase => ({
  name,
  title,
  isLong: true,
  figures: [
    { name: 'p50', unit: 'ms', ...(goals.p50 && { goal: goals.p50 }) },
    { name: 'p99', unit: 'ms', ...(goals.p99 && { goal: goals.p99 }) },
    { name: 'most', unit: 'ms' },
    { name: 'share of a core', unit: '% of a core' },
  ],
  run: async (program, { scratch, watchSeconds }) => {
    using node = new LiveNode(scratch, FILES, MIXED, true);
    using fifo = new Fifo(join(node.directory, 'fifo'));
    await using agent = new LiveAgent(program, node, 'stdout', fifo.writeEnd);
    fifo.closeWriteEnd();
    const lines = new TimedLines();
    const reader = new Socket({ fd: fifo.readEnd, readable: true, writable: false });
    reader.setEncoding('latin1').on('data', (text) => lines.arrived(String(text)));
    try {
      const write = (tick: number): void => {
        for (let turn = 0; turn < filesEachTime; turn++) {
          const line = lines.next();
          node.writeLine(tick * filesEachTime + turn, line);
        }
      };
      let tick = 0;
      const writeFor = async (ms: number): Promise<void> => {
        const began = performance.now();
        for (let due = began; due < began + ms; due += EVERY_MS) {
          await pause(Math.max(0, due - performance.now()));
          write(tick++);
        }
      };
      await writeFor(WARM_UP_MS);
      await agent.until('the first lines arrive', () => lines.missing === 0);
      lines.forget();
      const cpuBefore = agent.cpuSeconds;
      const before = performance.now();
      await writeFor(watchSeconds * 1000);
      const share = ((agent.cpuSeconds - cpuBefore) / (performance.now() - before)) * 1000;
      await agent.until('every line arrives', () => lines.missing === 0);
      await agent.stop();
      return {
        p50: percentile(lines.tookMs, 50),
        p99: percentile(lines.tookMs, 99),
        most: Math.max(...lines.tookMs),
        'share of a core': share * 100,
      };
    } finally {
      reader.destroy();
    }
  },
});

class TimedLines {
  tookMs: number[] = [];
  #sequence = 0;
  readonly #sentAtMs = new Map<number, number>();
  #cut = '';

  get missing(): number {
    return this.#sentAtMs.size;
  }

  next(): string {
    const sequence = this.#sequence++;
    const line = `2026-11-20T20:19:53.123456789Z stdout F seq=${sequence} level=info a request was served in time\n`;
    this.#sentAtMs.set(sequence, performance.now());
    return line;
  }

  arrived(text: string): void {
    const now = performance.now();
    const whole = this.#cut + text;
    const end = whole.lastIndexOf('\n') + 1;
    this.#cut = whole.slice(end);
    for (const [, digits] of whole.slice(0, end).matchAll(SEQUENCE)) {
      const sequence = Number(digits);
      const sentAtMs = this.#sentAtMs.get(sequence);
      if (sentAtMs === undefined) throw new Error(`line ${sequence} arrives twice`);
      this.#sentAtMs.delete(sequence);
      this.tookMs.push(now - sentAtMs);
    }
  }

  forget(): void {
    this.tookMs = [];
  }
}
