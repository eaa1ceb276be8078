import { describe, expect, it } from 'vitest';
import { Doorbell } from '../../../src/system/doorbell.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const setUp = () => {
  const clock = new FakeClock(0);
  const bell = new Doorbell(clock.forProcess(() => true));
  /** The time at which the wait was over. */
  const wait = (ms: number): { at: number | undefined } => {
    const over: { at: number | undefined } = { at: undefined };
    bell.wait(ms).then(
      () => {
        over.at = clock.monotonic;
      },
      () => undefined,
    );
    return over;
  };
  return { clock, bell, wait };
};

describe('the doorbell', () => {
  it('wakes who waits, at once', async () => {
    const { clock, bell, wait } = setUp();
    const waiting = wait(1000);
    await clock.advance(10);
    expect(waiting.at).toBeUndefined();
    bell.ring();
    await clock.settle();
    expect(waiting.at).toBe(10);
  });

  it('lets a wait end by itself, and leaves no timer behind', async () => {
    const { clock, bell, wait } = setUp();
    const waiting = wait(100);
    await clock.advance(99);
    expect(waiting.at).toBeUndefined();
    await clock.advance(1);
    expect(waiting.at).toBe(100);
    const rung = wait(100);
    bell.ring();
    await clock.settle();
    expect([rung.at, clock.pending]).toEqual([100, 0]);
  });

  it('remembers a ring that came while nobody waited, for one wait', async () => {
    const { clock, bell, wait } = setUp();
    bell.ring();
    bell.ring();
    const first = wait(1000);
    await clock.settle();
    expect(first.at).toBe(0);
    const second = wait(1000);
    await clock.advance(500);
    expect(second.at).toBeUndefined();
  });

  it('remembers a ring that comes between the end of a wait and the next', async () => {
    const { clock, bell, wait } = setUp();
    const first = wait(1000);
    bell.ring();
    // Whoever waited has not gone on yet.
    bell.ring();
    await clock.settle();
    expect(first.at).toBe(0);
    const second = wait(1000);
    await clock.settle();
    expect(second.at).toBe(0);
  });

  it('remembers a ring that comes while a wait of no time lets others have their turn', async () => {
    const { clock, bell, wait } = setUp();
    const first = wait(0);
    bell.ring();
    await clock.settle();
    expect(first.at).toBe(0);
    const second = wait(1000);
    await clock.settle();
    expect(second.at).toBe(0);
  });

  it('gives others their turn even when there is nothing to wait for', async () => {
    const { clock, wait } = setUp();
    const turns: string[] = [];
    clock.soon(() => turns.push('other'));
    const waiting = wait(-5);
    expect(waiting.at).toBeUndefined();
    await clock.settle();
    expect([turns, waiting.at]).toEqual([['other'], 0]);
  });
});
