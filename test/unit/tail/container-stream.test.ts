import { describe, expect, it } from 'vitest';
import { positionAt } from '../../../src/core/position.ts';
import { Lane } from '../../../src/tail/lane.ts';
import { addGeneration, MemoryFile, newStream, newTools, TestConsumer } from './setup.ts';

const LATER_MS = 1000;

const setUp = (content: string) => {
  const stream = newStream();
  const file = new MemoryFile().write(content);
  const generation = addGeneration(stream, file);
  generation.listed = true;
  const lane = new Lane(stream, [new TestConsumer('a')], positionAt(1, 0), newTools());
  stream.lanes.push(lane);
  const run = () => {
    while (lane.wantsTurn(LATER_MS)) lane.turn(LATER_MS);
  };
  return { stream, file, generation, run };
};

describe('a container stream is at rest', () => {
  it('when its newest file was read to its end', () => {
    const { stream, run } = setUp('a\n');
    expect(stream.isAtRest).toBe(false);
    run();
    expect(stream.isAtRest).toBe(true);
  });

  it('no more when somebody has written', () => {
    const { stream, file, generation, run } = setUp('a\n');
    run();
    file.write('b\n');
    generation.look(LATER_MS);
    expect(stream.isAtRest).toBe(false);
  });

  it('not while a record is open, which is closed when time has passed', () => {
    const { stream, run } = setUp('2026-11-20T20:19:00Z stdout P begun \n');
    run();
    expect(stream.isAtRest).toBe(false);
  });

  it('not while its directory is to be read, its file is not listed, or a file of it cannot be judged', () => {
    const { stream, generation, run } = setUp('a\n');
    run();
    stream.needsScan = true;
    expect(stream.isAtRest).toBe(false);
    stream.needsScan = false;
    stream.unsettledSinceMs = 0;
    expect(stream.isAtRest).toBe(false);
    stream.unsettledSinceMs = undefined;
    generation.listed = false;
    expect(stream.isAtRest).toBe(false);
  });

  it('not while it stands in a rotated file', () => {
    const { stream, run } = setUp('a\n');
    run();
    addGeneration(stream, new MemoryFile().write('b\n')).listed = true;
    expect(stream.isAtRest).toBe(false);
    run();
    expect(stream.isAtRest).toBe(true);
  });
});

describe('what a container stream looks like', () => {
  it('stays the same until a file changes, comes, goes or is renamed', () => {
    const { stream, file, generation, run } = setUp('a\n');
    run();
    const seen = [stream.appearance, stream.appearance];
    file.write('b\n');
    generation.look(LATER_MS);
    seen.push(stream.appearance);
    generation.sighted = { ...generation.sighted, path: '/logs/app.log.1' };
    seen.push(stream.appearance);
    generation.listed = false;
    seen.push(stream.appearance);
    addGeneration(stream, new MemoryFile());
    seen.push(stream.appearance);
    expect(new Set(seen).size).toBe(5);
  });
});

describe('a stream is restless', () => {
  it('while a file of it has no name, in its directory or at all', () => {
    const { stream, generation, file } = setUp('a\n');
    expect(stream.isRestless).toBe(false);
    generation.listed = false;
    expect(stream.isRestless).toBe(true);
    generation.listed = true;
    file.nlink = 0;
    generation.look(0);
    expect(stream.isRestless).toBe(true);
  });

  it('while a file is open that everybody has left', () => {
    const { stream, generation, run } = setUp('a\n');
    addGeneration(stream, new MemoryFile().write('b\n'));
    expect(stream.isRestless).toBe(false);
    run();
    expect(stream.lanes[0]?.generation).toBe(stream.newest);
    expect(stream.isRestless).toBe(true);
    generation.close();
    expect(stream.isRestless).toBe(false);
  });

  it('once nothing is left of it', () => {
    const { stream, generation } = setUp('a\n');
    stream.remove(generation);
    expect(stream.isRestless).toBe(true);
  });
});
