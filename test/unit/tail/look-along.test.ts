import { describe, expect, it } from 'vitest';
import { positionAt } from '../../../src/core/position.ts';
import { Lane } from '../../../src/tail/lane.ts';
import { beginLooks } from '../../../src/tail/look-along.ts';
import { addGeneration, MemoryFile, newStream, newTools, TestConsumer } from './setup.ts';

/** Longer than a head, so that looks do not read that any more. */
const FIRST = `${'x'.repeat(599)}\n`.repeat(2);
/** More than a look reads along. */
const MUCH = `${'y'.repeat(799)}\n`.repeat(25);

/** A file that was read to its end, and what looks and turns do to it from then on. */
const setUp = () => {
  const file = new MemoryFile().write(FIRST);
  const stream = newStream();
  const generation = addGeneration(stream, file);
  const consumer = new TestConsumer('a');
  const lane = new Lane(stream, [consumer], positionAt(1, 0), newTools({ readShareBytes: 32_768 }));
  stream.lanes.push(lane);
  lane.turn(1);
  expect(consumer.messages).toHaveLength(2);
  consumer.messages.length = 0;
  beginLooks();
  const costOf = (act: () => void): { readonly looks: number; readonly reads: number } => {
    const { looks, reads } = file;
    act();
    return { looks: file.looks - looks, reads: file.reads - reads };
  };
  const look = () => costOf(() => generation.look(2));
  const turn = () => costOf(() => lane.turn(2));
  return { file, generation, consumer, lane, look, turn };
};

describe('a look that finds a little more', () => {
  it('reads it along, and the turn that follows asks the file nothing', () => {
    const { file, consumer, lane, look, turn } = setUp();
    file.write('one\ntwo\n');
    expect(look()).toEqual({ looks: 1, reads: 1 });
    expect(turn()).toEqual({ looks: 0, reads: 0 });
    expect(consumer.messages).toEqual(['one', 'two']);
    expect([lane.isIdle, lane.position]).toEqual([true, positionAt(1, FIRST.length + 8)]);
  });

  it('leaves an unfinished line to the next one, which has all of it', () => {
    const { file, consumer, look, turn } = setUp();
    file.write('one\ntw');
    look();
    turn();
    expect(consumer.messages).toEqual(['one']);
    beginLooks();
    file.write('o\n');
    expect(look()).toEqual({ looks: 1, reads: 1 });
    expect(turn()).toEqual({ looks: 0, reads: 0 });
    expect(consumer.messages).toEqual(['one', 'two']);
  });

  it('is good for one turn: the next one looks for itself', () => {
    const { file, consumer, look, turn } = setUp();
    file.write('one\n');
    look();
    turn();
    file.write('two\n');
    expect(turn().looks).toBe(1);
    expect(consumer.messages).toEqual(['one', 'two']);
  });

  it('is good for one round: a turn that comes later looks for itself', () => {
    const { file, consumer, look, turn } = setUp();
    file.write('one\n');
    look();
    beginLooks();
    file.write('two\n');
    expect(turn().looks).toBe(1);
    expect(consumer.messages).toEqual(['one', 'two']);
  });

  it('has what stood there if the file is cut before the turn, and the next look tells of the cut', () => {
    const { file, generation, consumer, look, turn } = setUp();
    file.write('one\n');
    look();
    file.replace('another\n');
    turn();
    expect(consumer.messages).toEqual(['one']);
    generation.look(3);
    expect(generation.ending).toEqual({
      reason: 'truncated',
      size: FIRST.length + 4,
      mayHaveGrown: false,
    });
  });

  it('does not read along where the file is another one since', () => {
    const { file, generation, consumer, look, turn } = setUp();
    file.write('one\n');
    look();
    const copy = new MemoryFile().write(`${FIRST}one\ntwo\n`);
    generation.open(copy, false);
    turn();
    expect(consumer.messages).toEqual(['one', 'two']);
    expect(copy.looks).toBe(1);
  });

  it('ends where bytes other than the old end stand before what is new', () => {
    const { file, generation, look } = setUp();
    file.replace(`${'z'.repeat(1199)}\none\n`);
    look();
    expect(generation.ending).toMatchObject({ reason: 'truncated', size: FIRST.length });
  });
});

it('a look that finds much more leaves the reading to the turn', () => {
  const { file, consumer, look, turn } = setUp();
  file.write(MUCH);
  expect(look()).toEqual({ looks: 1, reads: 2 });
  // Within a tick of the clock times tell nothing: the turn proves the end once more before it reads.
  expect(turn()).toEqual({ looks: 1, reads: 2 });
  expect(`${consumer.messages.join('\n')}\n`).toBe(MUCH);
});

it('looks of one round that find more than there is room for leave the rest to the turns', () => {
  beginLooks();
  const most = `${'y'.repeat(999)}\n`.repeat(15);
  const cost = Array.from({ length: 40 }, () => {
    const file = new MemoryFile().write(FIRST);
    const generation = addGeneration(newStream(), file);
    file.write(most);
    const { reads } = file;
    generation.look(1);
    return file.reads - reads;
  });
  expect(cost[0]).toBe(1);
  expect(cost.at(-1)).toBe(2);
});
