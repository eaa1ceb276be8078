import { describe, expect, it } from 'vitest';
import type { Consumer } from '../../../src/core/consumer.ts';
import { positionAt } from '../../../src/core/position.ts';
import type { ContainerStream } from '../../../src/tail/container-stream.ts';
import { Lanes } from '../../../src/tail/lanes.ts';
import { Turns } from '../../../src/tail/turns.ts';
import { addGeneration, MemoryFile, newStream, newTools, TestConsumer } from './setup.ts';

const PATIENCE_MS = 20;

const setUp = (...starts: readonly number[]) => {
  const turns = new Turns(10_000);
  const lanes = new Lanes(newTools({ recordsPerBatch: 1 }), turns, () => undefined);
  const stream: ContainerStream = newStream();
  const file = new MemoryFile().write('a\nb\nc\n');
  const generation = addGeneration(stream, file);
  const [a, b] = [new TestConsumer('a'), new TestConsumer('b')];
  const startOf = (consumer: Consumer) => positionAt(1, (consumer === a ? starts[0] : starts[1]) ?? 0);
  lanes.open(stream, [a, b], startOf);
  /** Gives turns until nobody wants one. */
  const run = (nowMs: number) => {
    generation.look(nowMs);
    lanes.unpark(nowMs);
    for (const lane of stream.lanes) if (!lanes.isParked(lane) && lane.wantsTurn(nowMs)) turns.add(lane);
    for (let lane = turns.take(); lane !== undefined; lane = turns.take()) {
      turns.charge(lane, lanes.serve(lane, nowMs));
      if (!lanes.isParked(lane) && lane.wantsTurn(nowMs)) turns.add(lane);
    }
  };
  return { lanes, turns, stream, file, a, b, run };
};

describe('consumers of one stream', () => {
  it('at the same place share one lane, and one read', () => {
    const { stream, run, a, b, file } = setUp();
    expect(stream.lanes).toHaveLength(1);
    run(0);
    expect([a.messages, b.messages]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ]);
    const together = file.reads;
    const alone = setUp();
    alone.stream.lanes[0]?.consumers.pop();
    alone.run(0);
    expect(together).toBe(alone.file.reads);
  });

  it('at different places have a lane each, until both are idle at the same place', () => {
    const { stream, run, a, b } = setUp(0, 4);
    expect(stream.lanes).toHaveLength(2);
    run(0);
    expect([a.messages, b.messages]).toEqual([['a', 'b', 'c'], ['c']]);
    expect(stream.lanes).toHaveLength(1);
    expect(stream.lanes[0]?.consumers).toHaveLength(2);
  });

  it('wait a little for one without credit, and then go on without it', () => {
    const { stream, run, a, b } = setUp();
    b.blockedSinceMs = 100;
    run(100);
    run(100 + PATIENCE_MS - 1);
    expect(a.messages).toEqual([]);
    expect(stream.lanes).toHaveLength(1);
    run(100 + PATIENCE_MS);
    expect(a.messages).toEqual(['a', 'b', 'c']);
    expect(b.messages).toEqual([]);
    expect(stream.lanes).toHaveLength(2);
  });

  it('are told when their patience ends', () => {
    const { lanes, run, b } = setUp();
    expect(lanes.waitEndsMs).toBeUndefined();
    b.blockedSinceMs = 100;
    run(110);
    expect(lanes.waitEndsMs).toBe(100 + PATIENCE_MS);
  });

  it('wait for their rate first, and for each other afterwards', () => {
    const { lanes, stream, run, b } = setUp();
    const rateLimit = { bytesPerSecond: 1, burstBytes: 1, excess: 'delay' as const };
    stream.treatment = { ...stream.treatment, rateLimit };
    run(0);
    const dueMs = lanes.waitEndsMs ?? 0;
    expect(dueMs).toBeGreaterThan(1000);
    b.blockedSinceMs = 100;
    run(500);
    expect(lanes.waitEndsMs).toBe(dueMs);
    run(dueMs);
    expect(stream.lanes).toHaveLength(2);
  });

  it('do not wait for each other where nobody has credit', () => {
    const { lanes, stream, run, a, b } = setUp();
    a.blockedSinceMs = 0;
    b.blockedSinceMs = 0;
    run(1000);
    expect(stream.lanes).toHaveLength(1);
    expect(lanes.waitEndsMs).toBeUndefined();
  });

  it('that fell behind catch up and share again', () => {
    const { stream, run, file, a, b } = setUp();
    b.blockedSinceMs = 0;
    run(100);
    run(200);
    file.write('d\n');
    run(300);
    b.blockedSinceMs = undefined;
    run(400);
    expect(b.messages).toEqual(['a', 'b', 'c', 'd']);
    expect(a.messages).toEqual(['a', 'b', 'c', 'd']);
    expect(stream.lanes).toHaveLength(1);
    file.write('e\n');
    run(500);
    expect([a.messages.at(-1), b.messages.at(-1)]).toEqual(['e', 'e']);
  });

  it('do not share while a record is open in one of the lanes', () => {
    const turns = new Turns(10_000);
    const lanes = new Lanes(newTools(), turns, () => undefined);
    const stream = newStream('app', 'web');
    const file = new MemoryFile().write('2026-11-20T20:19:53Z stdout F a\n2026-11-20T20:19:54Z stdout P b\n');
    addGeneration(stream, file);
    const [a, b] = [new TestConsumer('a'), new TestConsumer('b')];
    lanes.open(stream, [a, b], (consumer) => positionAt(1, consumer === a ? 0 : 32));
    for (const lane of [...stream.lanes]) lanes.serve(lane, 0);
    for (const lane of [...stream.lanes]) lanes.serve(lane, 1);
    expect(stream.lanes).toHaveLength(2);
    file.write('2026-11-20T20:19:55Z stdout F c\n');
    for (const lane of [...stream.lanes]) lanes.serve(lane, 2);
    expect([a.messages, b.messages]).toEqual([['a', 'bc'], ['bc']]);
  });

  it('get nothing more once the stream is closed, and it waits for no turn', () => {
    const { lanes, turns, stream, run, a, b } = setUp(0, 2);
    b.blockedSinceMs = 0;
    a.blockedSinceMs = 0;
    run(5);
    for (const lane of stream.lanes) turns.add(lane);
    lanes.close(stream);
    a.blockedSinceMs = undefined;
    b.blockedSinceMs = undefined;
    lanes.unpark(1000);
    expect(turns.take()).toBeUndefined();
    expect(stream.lanes).toEqual([]);
  });
});
