import * as z from 'zod';
import { DELIVERED, type Outcome, type Sink } from '../../src/deliver/sink.ts';

/** A line of the JSON format, as far as scenarios look at it. */
export interface ScenarioRecord {
  readonly text: string;
  /** The pod and the restart (`web#0`), or the file. */
  readonly origin: string;
  readonly stream: string | undefined;
  readonly partial: boolean;
  readonly truncated: boolean;
  /** The pod's, where the record has them. */
  readonly labels: Readonly<Record<string, string>> | undefined;
  readonly gap: { readonly reason: string; readonly bytes: number | null } | undefined;
}

const recordSchema = z.object({
  log: z.string(),
  stream: z.string().optional(),
  file: z.string().optional(),
  partial: z.boolean().default(false),
  truncated: z.boolean().default(false),
  gap: z.object({ reason: z.string(), bytes: z.number().nullable() }).optional(),
  kubernetes: z
    .object({
      pod_name: z.string(),
      restart_count: z.number(),
      labels: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
});

export const parseRecords = (output: string): readonly ScenarioRecord[] =>
  output
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const { log, stream, file, partial, truncated, gap, kubernetes } = recordSchema.parse(JSON.parse(line));
      const origin =
        kubernetes === undefined ? (file ?? '') : `${kubernetes.pod_name}#${kubernetes.restart_count}`;
      return { text: log, origin, stream, partial, truncated, labels: kubernetes?.labels, gap };
    });

/** A destination that a test can hold up, break and mend. It keeps what it took, as a server does. */
export class ScenarioSink implements Sink {
  /** `hangs`: takes nothing and does not answer until it is told to work, or given up. */
  mood: 'works' | 'hangs' | 'fails' | 'refuses' = 'works';
  received = '';
  readonly #waiting = new Set<() => void>();

  works(): void {
    this.mood = 'works';
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Whoever was sending is dead. */
  hangUp(): void {
    this.#waiting.clear();
  }

  async write(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome> {
    const text = Buffer.from(bytes).toString();
    while (this.mood === 'hangs') {
      if (signal.aborted) return { kind: 'transient', error: new Error('given up') };
      await this.#untilWoken(signal);
    }
    if (this.mood === 'fails') return { kind: 'transient', error: new Error('busy') };
    if (this.mood === 'refuses') return { kind: 'rejected', error: new Error('refused') };
    this.received += text;
    return DELIVERED;
  }

  async open(): Promise<number> {
    return 0;
  }

  state(): null {
    return null;
  }

  async sync(): Promise<void> {
    // What it took it has.
  }

  async reopen(): Promise<void> {
    // It has no name.
  }

  async close(): Promise<void> {
    // It goes on living for the next run of the agent.
  }

  #untilWoken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }
}
