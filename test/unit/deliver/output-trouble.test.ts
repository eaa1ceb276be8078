import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../../src/deliver/backoff.ts';
import { DELIVERED, type Outcome } from '../../../src/deliver/sink.ts';
import { batchOf, closed, Delivery, rejected, transient } from './delivery.ts';

describe('the wait before another try', () => {
  it('doubles from a tenth of a second, and is never longer than ten seconds', () => {
    expect([1, 2, 3, 4, 7, 8, 9, 1000].map(backoffMs)).toEqual([
      100, 200, 400, 800, 6400, 10_000, 10_000, 10_000,
    ]);
  });
});

describe('an output whose destination is in trouble', () => {
  it('tries the same parcel again, after longer and longer, its position unmoved, until it is taken', async () => {
    const delivery = new Delivery();
    delivery.sink.answers.push(transient('ENOSPC'), transient('ENOSPC'), transient('still'));
    await delivery.feed(batchOf('a', 'one\n'));
    await delivery.clock.advance(99);
    expect(delivery.sink.calls).toHaveLength(1);
    await delivery.clock.advance(1);
    await delivery.clock.advance(200);
    expect([delivery.sink.calls.length, delivery.offsetOf('a')]).toEqual([3, undefined]);
    await delivery.clock.advance(400);
    expect(delivery.sink.calls).toEqual(['one\n', 'one\n', 'one\n', 'one\n']);
    expect(delivery.offsetOf('a')).toBe(4);
    expect(delivery.said).toEqual(['ENOSPC 1', 'ENOSPC 2', 'still 3', 'recovered after 3']);
    expect(delivery.ledger.toRecord()).toMatchObject({ delivered: { records: 1, bytes: 4 }, gaps: [] });
  });

  it('takes no more than its bound meanwhile, and sends what it took in order afterwards', async () => {
    const delivery = new Delivery({ inFlightBytes: 48 });
    delivery.sink.answers.push(...Array.from({ length: 100 }, () => transient('503')));
    let taken = 0;
    for (let round = 0; round < 50; round++) {
      taken += await delivery.feed(batchOf('a', `${taken}`.padEnd(15, '.').concat('\n')));
      await delivery.clock.advance(10_000);
    }
    expect(taken).toBe(3);
    delivery.sink.answers.length = 0;
    await delivery.clock.advance(10_000);
    delivery.output.flush();
    await delivery.clock.settle();
    expect(delivery.sink.written.join('').match(/\d+/g)).toEqual(['0', '1', '2']);
  });

  it('puts a parcel that is refused for good into the ledger, and moves on', async () => {
    const delivery = new Delivery();
    delivery.sink.answers.push(rejected);
    await delivery.feed(batchOf('a', 'bad one\n', { records: 3, end: 8 }));
    await delivery.feed(batchOf('a', 'good\n', { end: 13 }));
    expect(delivery.sink.written).toEqual(['good\n']);
    expect(delivery.offsetOf('a')).toBe(13);
    expect(delivery.ledger.toRecord()).toMatchObject({
      delivered: { records: 1, bytes: 5 },
      gaps: [{ reason: 'rejected', events: 3, bytes: 8, unknownEvents: 0 }],
    });
  });

  it('enters gaps and cut lines into the ledger when the parcel that tells of them arrived, once', async () => {
    const delivery = new Delivery();
    const gap = { reason: 'deleted', bytes: 70, generation: 1, file: '0.log', from: 30 } as const;
    delivery.sink.answers.push(transient('slow'));
    await delivery.feed(batchOf('a', 'x\n', { gaps: [gap], oversizeBytes: 9 }));
    expect(delivery.ledger.toRecord().gaps).toEqual([]);
    await delivery.clock.advance(100);
    // As often as it takes for each parcel to be used again.
    for (let parcel = 0; parcel < 20; parcel++) await delivery.feed(batchOf('a', 'y\n'));
    expect(delivery.ledger.toRecord().gaps).toEqual([
      { reason: 'deleted', events: 1, bytes: 70, unknownEvents: 0 },
      { reason: 'oversize', events: 1, bytes: 9, unknownEvents: 0 },
    ]);
  });

  it('is closed for good when its reader is gone: nothing is acknowledged any more', async () => {
    const delivery = new Delivery();
    await delivery.feed(batchOf('a', 'one\n', { end: 4 }));
    delivery.sink.answers.push(closed);
    await delivery.feed(batchOf('a', 'two\n', { end: 8 }));
    expect(delivery.output.closedBy?.message).toBe('EPIPE');
    expect([delivery.offsetOf('a'), delivery.output.isDelivered]).toEqual([4, false]);
  });

  it('is closed when it is told so, even while nothing is written, and the first reason stays', () => {
    const { output } = new Delivery();
    output.fail(new Error('the reader went away'));
    output.fail(new Error('later'));
    expect(output.closedBy?.message).toBe('the reader went away');
  });

  it('is closed, not silent, when its sink breaks its promise and throws', async () => {
    const delivery = new Delivery();
    delivery.sink.answers.push(Promise.reject(new Error('a bug in the sink')));
    await delivery.feed(batchOf('a', 'one\n'));
    expect(delivery.output.closedBy?.message).toBe('a bug in the sink');
    expect(delivery.offsetOf('a')).toBeUndefined();
  });
});

describe('an output that is given up', () => {
  it('ends its wait at once, and tries no more', async () => {
    const delivery = new Delivery();
    delivery.sink.answers.push(transient('down'));
    await delivery.feed(batchOf('a', 'one\n'));
    const before = delivery.progress;
    delivery.output.abort();
    await delivery.clock.settle();
    expect(delivery.progress).toBeGreaterThan(before);
    await delivery.clock.advance(60_000);
    expect(delivery.sink.calls).toHaveLength(1);
    expect([delivery.offsetOf('a'), delivery.output.isDelivered, delivery.clock.pending]).toEqual([
      undefined,
      false,
      0,
    ]);
  });

  it('tells the sink; an answer that still comes counts, the state of the sink exact with it', async () => {
    const delivery = new Delivery();
    const hang = Promise.withResolvers<Outcome>();
    delivery.sink.answers.push(hang.promise);
    await delivery.feed(batchOf('a', 'one\n'));
    await delivery.feed(batchOf('a', 'two\n', { end: 8 }));
    delivery.output.abort();
    expect(delivery.sink.signal?.aborted).toBe(true);
    expect([delivery.offsetOf('a'), delivery.output.sinkState]).toEqual([undefined, { bytes: 0 }]);
    hang.resolve(DELIVERED);
    await delivery.clock.settle();
    expect([delivery.offsetOf('a'), delivery.output.sinkState]).toEqual([4, { bytes: 4 }]);
    expect([delivery.sink.calls, delivery.output.isDelivered]).toEqual([['one\n'], false]);
  });

  it('says no more of a failure that nobody waits for', async () => {
    const delivery = new Delivery();
    const hang = Promise.withResolvers<Outcome>();
    delivery.sink.answers.push(hang.promise);
    await delivery.feed(batchOf('a', 'one\n'));
    delivery.output.abort();
    hang.resolve(transient('aborted'));
    await delivery.clock.advance(60_000);
    expect([delivery.said, delivery.sink.calls]).toEqual([[], ['one\n']]);
  });

  it('sends nothing that it is flushed of afterwards', async () => {
    const delivery = new Delivery();
    delivery.output.accept(batchOf('a', 'one\n'));
    delivery.output.abort();
    delivery.output.flush();
    await delivery.clock.settle();
    expect(delivery.sink.calls).toEqual([]);
    expect(delivery.offsetOf('a')).toBeUndefined();
  });
});
