import { describe, expect, it } from 'vitest';
import { positionAt } from '../../../src/core/position.ts';
import type { Generation } from '../../../src/tail/generation.ts';
import { Lane } from '../../../src/tail/lane.ts';
import { addGeneration, MemoryFile, newStream, newTools, TestConsumer } from './setup.ts';

const cri = (tag: 'P' | 'F', message: string): string => `2026-11-20T20:19:00Z stdout ${tag} ${message}\n`;
/** Longer than a rotated file must be quiet before it is left, shorter than an open record is waited for. */
const QUIET_MS = 1000;

const setUp = (...contents: readonly string[]) => {
  const stream = newStream();
  const files = contents.map((content) => new MemoryFile().write(content));
  const generations = files.map((file) => addGeneration(stream, file));
  const consumer = new TestConsumer('a');
  const lane = new Lane(stream, [consumer], positionAt(1, 0), newTools({ recordsPerBatch: 1 }));
  stream.lanes.push(lane);
  const run = (nowMs: number) => {
    while (lane.wantsTurn(nowMs)) lane.turn(nowMs);
  };
  return { stream, files, generations, consumer, lane, run };
};

describe('a lane', () => {
  it('closes an open record before it tells what is lost behind it', () => {
    const { generations, consumer, run } = setUp(cri('P', 'begun '), '', cri('F', 'another'));
    generations[1]?.end('deleted', 10);
    run(QUIET_MS);
    expect(consumer.messages).toEqual(['begun ', 'another']);
    expect(consumer.gaps).toEqual(['deleted 10']);
  });

  it('needs the file in which its open record began, and a fork of it reads it there again', () => {
    const { stream, generations, consumer, lane, run } = setUp(cri('P', 'begun '), cri('P', 'here '));
    run(QUIET_MS);
    expect(consumer.messages).toEqual([]);
    expect([lane.sequence, lane.oldestNeeded]).toEqual([2, 1]);
    expect(generations.map((generation) => stream.hasLeft(generation))).toEqual([false, false]);
    expect(lane.fork([consumer]).sequence).toBe(1);
  });

  it('does not take a closed file for its end', () => {
    const { stream, generations, consumer, lane, run } = setUp('a\n', 'b\n');
    generations[0]?.close();
    lane.turn(QUIET_MS);
    run(QUIET_MS);
    expect(lane.sequence).toBe(1);
    const [first] = generations;
    expect(first !== undefined && stream.hasUnread(first)).toBe(true);
    first?.open(new MemoryFile().write('a\n'), false);
    run(QUIET_MS);
    expect(consumer.messages).toEqual(['a', 'b']);
  });

  it.each([
    ['whose file is closed', (generation: Generation): void => generation.close()],
    ['whose file is not proven', (generation: Generation): void => void (generation.isProven = false)],
  ])('%s tells a loss at once, and wants no other turn', (_, hurt) => {
    const { generations, consumer, lane } = setUp('a\n');
    const [generation] = generations;
    if (generation !== undefined) hurt(generation);
    const late = addGeneration(newStream(), new MemoryFile().write('7 bytes'));
    late.knownAtStart = 0;
    lane.tellLate(late);
    expect(lane.wantsTurn(0)).toBe(true);
    lane.turn(0);
    expect(consumer.gaps).toEqual(['late_write 7']);
    expect(lane.wantsTurn(0)).toBe(false);
  });

  it('counts what is written to a file that it has left, once, whoever sees it first', () => {
    const { files, generations, consumer, lane, run } = setUp('a\n', 'b\n');
    run(QUIET_MS);
    expect(lane.sequence).toBe(2);
    const [first] = generations;
    files[0]?.write('late\n');
    first?.look(QUIET_MS);
    for (let again = 0; again < 2; again++) {
      if (first !== undefined) for (const each of [lane, lane.fork([])]) each.tellLate(first);
      run(QUIET_MS);
    }
    expect(consumer.gaps).toEqual(['late_write 5']);
  });

  it('waits behind a .gz for the rest of its open record', () => {
    const { stream, generations, consumer, run } = setUp(cri('P', 'begun '));
    generations[0]?.open(new MemoryFile().write(cri('P', 'begun ')), true);
    run(QUIET_MS);
    expect(consumer.messages).toEqual([]);
    addGeneration(stream, new MemoryFile().write(cri('F', 'ended')));
    run(QUIET_MS);
    expect(consumer.messages).toEqual(['begun ended']);
  });

  it('that had read a file without a name to its end reads on when more is written, to the last half line', () => {
    const { files, generations, consumer, lane, run } = setUp('a\n');
    const [file, generation] = [files[0], generations[0]];
    if (generation !== undefined) generation.listed = false;
    run(6000);
    expect([consumer.messages, lane.isDrained]).toEqual([['a'], true]);
    file?.write('b\nhalf');
    generation?.look(6000);
    run(6000);
    expect([consumer.messages, lane.isDrained]).toEqual([['a', 'b'], false]);
    run(12_000);
    expect([consumer.messages, lane.isDrained]).toEqual([['a', 'b', 'half'], true]);
  });

  it('that had read all there was has not read what comes behind it', () => {
    const { stream, generations, consumer, lane, run } = setUp('a\n');
    if (generations[0] !== undefined) generations[0].listed = false;
    run(6000);
    expect(lane.isDrained).toBe(true);
    addGeneration(stream, new MemoryFile().write('b\n'), 6000);
    expect(lane.isDrained).toBe(false);
    run(6000);
    expect([consumer.messages, lane.isDrained]).toEqual([['a', 'b'], false]);
  });
});
