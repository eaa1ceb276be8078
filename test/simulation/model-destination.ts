import type { FakeClock } from '../support/fake-clock.ts';
import type { FakeProcess } from '../support/fake-process.ts';
import type { SinkMood } from './actions.ts';
import type { OutputAccount } from './output-account.ts';
import { parseOutputRecord } from './output-record.ts';

/** How a destination answered: it has the records, or try again later, or never again. */
export type Answer = 'delivered' | 'failed' | 'refused';

const SLOW_MS = 700;

/** A destination beyond the agent's reach, that can be slow, fail, or hang until its mood changes. */
export class ModelDestination {
  readonly #clock: FakeClock;
  readonly #account: OutputAccount;
  readonly #hanging = new Set<() => void>();
  #mood: SinkMood = 'fine';
  #process: FakeProcess | undefined;
  #broken: Error | undefined;

  constructor(clock: FakeClock, account: OutputAccount) {
    this.#clock = clock;
    this.#account = account;
  }

  set mood(mood: SinkMood) {
    this.#mood = mood;
    if (mood === 'hanging') return;
    for (const release of this.#hanging) release();
    this.#hanging.clear();
  }

  /** From now on this process sends. What an earlier one had under way never arrives. */
  connect(process: FakeProcess): void {
    this.#process = process;
    this.#hanging.clear();
  }

  /**
   * @param bytes JSON lines; copied before this returns
   * @returns never, while it hangs and is not aborted
   */
  send(bytes: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const process = this.#process;
    const text = Buffer.from(bytes).toString();
    const mood = this.#mood;
    return new Promise((resolve) => {
      const answer = (): void => {
        if (process?.isAlive !== true || signal.aborted) return;
        resolve(mood === 'failing' ? 'failed' : this.#take(text, mood === 'refusing'));
      };
      signal.addEventListener('abort', () => resolve('failed'), { once: true });
      if (mood === 'hanging') this.#hanging.add(answer);
      else if (mood === 'slow') this.#clock.after(SLOW_MS, answer);
      else this.#clock.soon(answer);
    });
  }

  /** Throws what was first found wrong with the records: the agent must not be able to swallow it. */
  check(): void {
    if (this.#broken !== undefined) throw this.#broken;
  }

  #take(text: string, refuses: boolean): Answer {
    try {
      for (const line of text.split('\n')) {
        if (line === '') continue;
        const record = parseOutputRecord(line);
        if (refuses) this.#account.refuse(record);
        else this.#account.take(record, this.#clock.monotonic);
      }
    } catch (error) {
      this.#broken ??= error instanceof Error ? error : new Error(String(error));
    }
    return refuses ? 'refused' : 'delivered';
  }
}
