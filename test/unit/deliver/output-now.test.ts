import { describe, expect, it } from 'vitest';
import { positionAt } from '../../../src/core/position.ts';
import { DELIVERED, type Outcome } from '../../../src/deliver/sink.ts';
import { batchOf, Delivery } from './delivery.ts';

/** Longer than what an output gathers before it hands it to a sink that need not wait. */
const LARGE = 'x'.repeat(300 * 1024);

describe('an output whose sink need not wait', () => {
  it('has its batch delivered when flush returns, and wakes nobody', () => {
    const delivery = new Delivery();
    const { output, sink, ledger } = delivery;
    sink.takesNow = true;
    output.accept(batchOf('a', 'one\n', { end: 4, records: 3 }));
    expect([sink.written, output.positionOf('a')]).toEqual([[], undefined]);
    output.flush();
    expect(sink.written).toEqual(['one\n']);
    expect([output.positionOf('a'), output.isDelivered]).toEqual([positionAt(1, 4), true]);
    expect([output.sinkState, ledger.records, output.hasMoved]).toEqual([{ bytes: 4 }, 3, true]);
    // Whoever flushes looks afterwards: a ring would only make the agent's loop go round once more.
    expect(delivery.progress).toBe(0);
  });

  it('has a large batch delivered when accept returns, and keeps its credit', () => {
    const { output, sink } = new Delivery({ inFlightBytes: 3 * LARGE.length });
    sink.takesNow = true;
    for (let turn = 1; turn <= 9; turn++) {
      output.accept(batchOf('a', LARGE, { end: turn }));
      expect([output.positionOf('a'), output.hasCredit]).toEqual([positionAt(1, turn), true]);
    }
    expect(sink.written.join('')).toBe(LARGE.repeat(9));
    expect(sink.calls).toEqual([]);
  });

  it('takes the long way where the sink cannot, and keeps the order', async () => {
    const delivery = new Delivery();
    const { sink, output } = delivery;
    const hang = Promise.withResolvers<Outcome>();
    sink.answers.push(hang.promise);
    await delivery.feed(batchOf('a', '1\n'));
    sink.takesNow = true;
    await delivery.feed(batchOf('a', '2\n'));
    output.accept(batchOf('a', '3\n', { end: 6 }));
    output.flush();
    expect(sink.written).toEqual([]);
    hang.resolve(DELIVERED);
    await delivery.deliver();
    expect(sink.written.join('')).toBe('1\n2\n3\n');
    expect(delivery.offsetOf('a')).toBe(6);
  });

  it('sends nothing while it waits for a checkpoint after it was opened anew, nor after it was stopped', async () => {
    const { output, sink } = new Delivery();
    sink.takesNow = true;
    await output.reopen();
    output.accept(batchOf('a', '1\n'));
    output.flush();
    expect(sink.written).toEqual([]);
    output.abort();
    output.accept(batchOf('a', '2\n'));
    output.flush();
    expect(sink.written).toEqual([]);
  });
});
