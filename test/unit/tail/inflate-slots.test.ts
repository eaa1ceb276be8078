import { describe, expect, it } from 'vitest';
import { InflateSlots, type SlotHolder } from '../../../src/tail/inflate-slots.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const SLOTS = 4;

class Holder implements SlotHolder {
  evictions = 0;
  calls = 0;

  evict(): void {
    this.evictions++;
  }

  retry(): void {
    this.calls++;
  }
}

const setUp = () => {
  const clock = new FakeClock(0);
  const slots = new InflateSlots(clock.forProcess(() => true));
  const holders = Array.from({ length: SLOTS + 2 }, () => new Holder());
  return { clock, slots, holders };
};

describe('slots for inflating', () => {
  it('are given to a few, and to the same ones again', () => {
    const { slots, holders } = setUp();
    expect(holders.map((holder) => slots.take(holder))).toEqual([true, true, true, true, false, false]);
    expect(holders.map((holder) => slots.take(holder))).toEqual([true, true, true, true, false, false]);
  });

  it('that are given back go to whoever waited longest', () => {
    const { slots, holders } = setUp();
    for (const holder of holders) slots.take(holder);
    const [first, , , , waiting, later] = holders;
    if (first !== undefined) slots.free(first);
    expect([waiting?.calls, later?.calls]).toEqual([1, 0]);
    expect(waiting !== undefined && slots.take(waiting)).toBe(true);
  });

  it('that were not used for a while are taken away, and what was held in them given up', async () => {
    const { clock, slots, holders } = setUp();
    for (const holder of holders) slots.take(holder);
    await clock.advance(1000);
    const [idle, ...others] = holders.slice(0, SLOTS);
    for (const holder of others) slots.take(holder);
    await clock.advance(1500);
    slots.tidy(clock.monotonic);
    expect(holders.map(({ evictions }) => evictions)).toEqual([1, 0, 0, 0, 0, 0]);
    expect(holders[SLOTS]?.calls).toBe(1);
    expect(idle?.calls).toBe(0);
  });

  it('are not taken from those who use them', async () => {
    const { clock, slots, holders } = setUp();
    for (let step = 0; step < 10; step++) {
      for (const holder of holders) slots.take(holder);
      await clock.advance(1000);
      slots.tidy(clock.monotonic);
    }
    expect(holders.every(({ evictions }) => evictions === 0)).toBe(true);
  });
});
