import { describe, expect, it } from 'vitest';
import { positionAt } from '../../../src/core/position.ts';
import { DELIVERED, type Outcome } from '../../../src/deliver/sink.ts';
import { batchOf, Delivery, FakeSink, plainEncoder } from './delivery.ts';

/** Three parcels of 16 bytes. */
const IN_FLIGHT = 48;

describe('an output', () => {
  it('sends at once what it has when nothing more comes, and moves its positions when it arrived', async () => {
    const { output, sink, ...world } = new Delivery();
    const hang = Promise.withResolvers<Outcome>();
    sink.answers.push(hang.promise);
    output.accept(batchOf('a', 'one\n', { end: 4 }));
    expect(sink.calls).toEqual([]);
    output.flush();
    await world.clock.settle();
    expect(sink.calls).toEqual(['one\n']);
    expect([output.positionOf('a'), output.isDelivered]).toEqual([undefined, false]);
    hang.resolve(DELIVERED);
    await world.clock.settle();
    expect([output.positionOf('a'), output.isDelivered]).toEqual([positionAt(1, 4), true]);
  });

  it('gathers batches while the sink is busy, and sends them together, in order', async () => {
    const delivery = new Delivery();
    const hang = Promise.withResolvers<Outcome>();
    delivery.sink.answers.push(hang.promise);
    await delivery.feed(batchOf('a', '1\n'));
    await delivery.feed(batchOf('a', '2\n'));
    await delivery.feed(batchOf('b', '3\n'));
    await delivery.feed(batchOf('a', '4\n', { end: 40 }));
    hang.resolve(DELIVERED);
    await delivery.clock.settle();
    delivery.output.flush();
    await delivery.clock.settle();
    expect(delivery.sink.written).toEqual(['1\n', '2\n3\n4\n']);
    expect([delivery.offsetOf('a'), delivery.offsetOf('b')]).toEqual([40, 2]);
  });

  it('never splits a batch over two parcels', async () => {
    const delivery = new Delivery({ inFlightBytes: IN_FLIGHT });
    await delivery.deliver(batchOf('a', '0123456789\n'), batchOf('a', 'abcdefghij\n'), batchOf('a', 'ABC\n'));
    expect(delivery.sink.written).toEqual(['0123456789\n', 'abcdefghij\nABC\n']);
  });

  it('has no credit once its parcels are full or on their way, and says since when', async () => {
    const delivery = new Delivery({ inFlightBytes: IN_FLIGHT });
    const hang = Promise.withResolvers<Outcome>();
    delivery.sink.answers.push(hang.promise);
    await delivery.clock.advance(5);
    const batches = Array.from({ length: 20 }, (_, index) => batchOf('a', `line ${index}\n`.padEnd(16, '.')));
    const taken = await delivery.feed(...batches);
    expect(taken).toBe(3);
    expect(delivery.output.hasCredit).toBe(false);
    expect(delivery.output.blockedSinceMs).toBe(5);
    await delivery.clock.advance(1000);
    expect(delivery.output.blockedSinceMs).toBe(5);
    const before = delivery.progress;
    hang.resolve(DELIVERED);
    await delivery.clock.settle();
    expect(delivery.progress).toBeGreaterThan(before);
    expect([delivery.output.hasCredit, delivery.output.blockedSinceMs]).toEqual([true, undefined]);
  });

  it('tells that positions moved only once until somebody has taken them, unless all is waited for', async () => {
    const delivery = new Delivery();
    delivery.output.takeMoved();
    await delivery.deliver(batchOf('a', '1\n'));
    expect(delivery.progress).toBe(1);
    await delivery.deliver(batchOf('a', '2\n'), batchOf('b', '3\n'));
    expect(delivery.progress).toBe(1);
    delivery.output.takeMoved();
    await delivery.deliver(batchOf('a', '4\n'));
    expect(delivery.progress).toBe(2);
    delivery.output.awaitDelivery();
    await delivery.deliver(batchOf('a', '5\n'));
    expect(delivery.progress).toBeGreaterThan(2);
  });

  it('tells when something has gathered while it was sending', async () => {
    const delivery = new Delivery();
    await delivery.deliver(batchOf('a', '1\n'));
    const hang = Promise.withResolvers<Outcome>();
    delivery.sink.answers.push(hang.promise);
    await delivery.feed(batchOf('a', '2\n'));
    delivery.output.accept(batchOf('a', '3\n'));
    const before = delivery.progress;
    hang.resolve(DELIVERED);
    await delivery.clock.settle();
    expect([delivery.progress, delivery.sink.written]).toEqual([before + 1, ['1\n', '2\n']]);
  });

  it('takes a batch that is larger than any parcel, alone', async () => {
    const delivery = new Delivery({ inFlightBytes: IN_FLIGHT });
    const large = 'x'.repeat(1000);
    await delivery.deliver(
      batchOf('a', '1\n'),
      batchOf('a', large, { end: 9 }),
      batchOf('a', '2\n', { end: 10 }),
    );
    expect(delivery.sink.written.join('')).toBe(`1\n${large}2\n`);
    expect(delivery.sink.written[0]).toBe('1\n');
    expect(delivery.offsetOf('a')).toBe(10);
  });

  it('takes a batch that needs more room than it was estimated to need', async () => {
    const sink = new FakeSink();
    const delivery = new Delivery({
      inFlightBytes: IN_FLIGHT,
      sink,
      encoder: { ...plainEncoder, estimate: () => 1 },
    });
    await delivery.deliver(
      batchOf('a', '0123456789\n'),
      batchOf('a', 'abcdefghij\n'),
      batchOf('a', 'y'.repeat(50)),
    );
    expect(sink.written.join('')).toBe(`0123456789\nabcdefghij\n${'y'.repeat(50)}`);
  });

  it('moves its position over bytes that became nothing, without writing', async () => {
    const delivery = new Delivery();
    await delivery.feed(batchOf('a', '', { end: 500, records: 0 }));
    expect(delivery.sink.calls).toEqual([]);
    expect(delivery.offsetOf('a')).toBe(500);
    expect(delivery.output.isDelivered).toBe(true);
  });

  it('keeps the order of many small batches however the sink is slow', async () => {
    const delivery = new Delivery({ inFlightBytes: IN_FLIGHT });
    let next = 0;
    for (let round = 0; next < 200 && round < 1000; round++) {
      const hang = Promise.withResolvers<Outcome>();
      delivery.sink.answers.push(hang.promise);
      next += await delivery.feed(
        ...Array.from({ length: 200 - next }, (_, index) => batchOf('a', `${next + index}\n`)),
      );
      hang.resolve(DELIVERED);
      await delivery.clock.settle();
    }
    delivery.output.flush();
    await delivery.clock.settle();
    expect(delivery.sink.written.join('').trim().split('\n').map(Number)).toEqual(
      Array.from({ length: 200 }, (_, index) => index),
    );
  });
});

describe('what a checkpoint asks an output', () => {
  it('is new until a checkpoint knows of it, though nothing has moved', () => {
    const { output } = new Delivery();
    expect([output.isNew, output.hasMoved]).toEqual([true, true]);
    expect(output.takeMoved().size).toBe(0);
    expect(output.hasMoved).toBe(false);
    const known = new Delivery({ positions: new Map([['a', positionAt(1, 5)]]) });
    expect([known.output.isNew, known.output.hasMoved, known.offsetOf('a')]).toEqual([false, false, 5]);
  });

  it('gives each moved position once', async () => {
    const delivery = new Delivery({ positions: new Map() });
    delivery.output.begin('b', positionAt(1, 77));
    await delivery.feed(batchOf('a', 'x\n', { end: 3 }), batchOf('a', 'y\n', { end: 6 }));
    expect(delivery.output.takeMoved()).toEqual(
      new Map([
        ['b', positionAt(1, 77)],
        ['a', positionAt(1, 6)],
      ]),
    );
    expect(delivery.output.takeMoved().size).toBe(0);
  });

  it('gives a state of the sink that is exact for the positions, whatever was written since', async () => {
    const delivery = new Delivery();
    await delivery.feed(batchOf('a', '123\n', { end: 4 }));
    const told = Promise.withResolvers<void>();
    delivery.sink.telling = told.promise;
    await delivery.feed(batchOf('a', '5678\n', { end: 9 }));
    expect(delivery.sink.state()).toEqual({ bytes: 9 });
    expect([delivery.output.sinkState, delivery.offsetOf('a')]).toEqual([{ bytes: 4 }, 4]);
    told.resolve();
    await delivery.clock.settle();
    expect([delivery.output.sinkState, delivery.offsetOf('a')]).toEqual([{ bytes: 9 }, 9]);
  });

  it('forgets a stream: there is nothing to save of it any more', async () => {
    const delivery = new Delivery({ positions: new Map() });
    await delivery.feed(batchOf('a', 'x\n'));
    delivery.output.forget('a');
    expect([delivery.output.positionOf('a'), [...delivery.output.takeMoved().keys()]]).toEqual([
      undefined,
      [],
    ]);
    // The ledger was saved with it; now there is nothing left to save.
    expect(delivery.output.hasMoved).toBe(false);
  });
});
