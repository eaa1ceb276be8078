import { describe, expect, it } from 'vitest';
import { positionAt } from '../../../src/core/position.ts';
import type { ContainerStream } from '../../../src/tail/container-stream.ts';
import { Descriptors } from '../../../src/tail/descriptors.ts';
import { Lane } from '../../../src/tail/lane.ts';
import { Looker } from '../../../src/tail/looker.ts';
import { Opening } from '../../../src/tail/opening.ts';
import { Tidying } from '../../../src/tail/tidying.ts';
import { FakeWorld } from '../../support/fake-system.ts';
import { addGeneration, MemoryFile, newStream, newTools, TestConsumer } from './setup.ts';

const HELD_BYTES = 10;

/** A stream with a rotated file that was read and left, and its live one. */
const setUp = () => {
  const { system } = new FakeWorld().start();
  const stream = newStream();
  const streams = new Map([[stream.key, stream]]);
  const descriptors = new Descriptors(100, streams);
  const opening = new Opening(system.files, system.compression, {
    openGzip: () => new MemoryFile(),
    isOwnOutput: () => false,
    onUnreadable: (_, error) => expect.unreachable(String(error)),
  });
  const told = { onObserved: () => undefined, onUnreadable: () => expect.unreachable() };
  const consumer = new TestConsumer('a');
  const tidying = new Tidying(
    new Looker(opening, system.clock, told, () => undefined),
    [consumer],
    descriptors,
  );
  const file = new MemoryFile().write('a\n');
  const rotated = addGeneration(stream, file);
  const live = addGeneration(stream, new MemoryFile().write('b\n'));
  const lane = new Lane(stream, [consumer], positionAt(1, 0), newTools());
  stream.lanes.push(lane);
  while (lane.wantsTurn(1000)) lane.turn(1000);
  expect(lane.generation).toBe(live);
  const empty: ContainerStream[] = [];
  const tidy = (nowMs: number) => tidying.tidy(nowMs, HELD_BYTES, (gone) => empty.push(gone));
  return { stream, tidying, descriptors, file, rotated, live, tidy, empty };
};

describe('tidying', () => {
  it('closes a file that everybody has left when its time has come, however often it came by before', () => {
    const { stream, tidying, rotated, live, tidy, descriptors } = setUp();
    tidying.note(stream);
    expect(descriptors.open).toBe(2);
    for (let nowMs = 2000; nowMs < 59_000; nowMs += 1000) tidy(nowMs);
    expect(rotated.isOpen).toBe(true);
    tidy(62_000);
    expect([rotated.isOpen, live.isOpen, descriptors.open]).toEqual([false, true, 1]);
    expect(stream.generations).toEqual([rotated, live]);
  });

  it('forgets it when its directory does not list it any more', () => {
    const { stream, tidying, rotated, live, tidy } = setUp();
    tidying.note(stream);
    tidy(62_000);
    rotated.listed = false;
    tidying.note(stream);
    tidy(63_000);
    expect(stream.generations).toEqual([live]);
  });

  it('tells of a stream of which nothing is left', () => {
    const { stream, tidying, rotated, live, tidy, empty, descriptors } = setUp();
    for (const generation of [rotated, live]) stream.remove(generation);
    stream.lanes.length = 0;
    tidying.note(stream);
    tidy(2000);
    expect(empty).toEqual([stream]);
    expect(descriptors.open).toBe(0);
  });

  it('gives up deleted files over the bound, and counts them as closed', () => {
    const { stream, tidying, live, tidy, descriptors } = setUp();
    const file = new MemoryFile().write('a line of more than ten bytes\n');
    const deleted = addGeneration(stream, file);
    file.nlink = 0;
    deleted.look(1000);
    tidying.note(stream);
    expect(descriptors.open).toBe(3);
    tidy(2000);
    expect(deleted.ending?.reason).toBe('held_bytes');
    expect([live.isOpen, descriptors.open]).toEqual([true, 2]);
  });
});
