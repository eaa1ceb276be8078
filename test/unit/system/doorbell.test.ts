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

  it('wakes for a tap once all that came with it is told', async () => {
    const { clock, bell, wait } = setUp();
    const waiting = wait(1000);
    bell.tap();
    // What else is told in the same turn of the event loop is told before the wait is over.
    for (let told = 0; told < 10; told++) await Promise.resolve();
    expect(waiting.at).toBeUndefined();
    bell.tap();
    await clock.settle();
    expect(waiting.at).toBe(0);
  });

  it('rests after a tap, longer while taps go on, and not at all after a quiet time', async () => {
    const { clock, bell, wait } = setUp();
    const pauses: number[] = [];
    for (let tap = 0; tap < 6; tap++) {
      const began = clock.monotonic;
      const waiting = wait(1000);
      bell.tap();
      await clock.advance(20 - (clock.monotonic % 20));
      // The rest is counted from where the next wait began.
      pauses.push((waiting.at ?? Number.NaN) - began);
      clock.soon(() => undefined);
    }
    expect(pauses).toEqual([0, 1, 2, 4, 5, 5]);
    await clock.advance(100);
    const rested = wait(1000);
    await clock.advance(100);
    bell.tap();
    await clock.settle();
    expect(rested.at).toBe(clock.monotonic);
    const next = wait(1000);
    bell.tap();
    const at = clock.monotonic;
    await clock.advance(10);
    expect((next.at ?? 0) - at).toBe(1);
  });

  it('rests also after what comes a moment after a rest, because it belongs to the same swarm', async () => {
    const { clock, bell, wait } = setUp();
    const first = wait(1000);
    bell.tap();
    await clock.settle();
    expect(first.at).toBe(0);
    const second = wait(1000);
    await clock.advance(3);
    bell.tap();
    await clock.settle();
    expect(second.at).toBe(3);
    const third = wait(1000);
    bell.tap();
    await clock.advance(10);
    expect(third.at).toBe(3 + 2);
  });

  it('wakes at once for a ring, whoever rests', async () => {
    const { clock, bell, wait } = setUp();
    wait(1000);
    bell.tap();
    await clock.settle();
    const waiting = wait(1000);
    bell.tap();
    bell.ring();
    await clock.settle();
    expect(waiting.at).toBe(0);
    const after = wait(1000);
    await clock.advance(500);
    expect([after.at, clock.pending]).toEqual([undefined, 1]);
  });

  it('remembers a tap that came while nobody waited', async () => {
    const { clock, bell, wait } = setUp();
    bell.tap();
    const waiting = wait(1000);
    await clock.settle();
    expect(waiting.at).toBe(0);
    const next = wait(1000);
    await clock.advance(500);
    expect(next.at).toBeUndefined();
  });
});
