import { describe, expect, it } from 'vitest';
import { Subdirectories } from '../../../src/discover/subdirectories.ts';
import { FakeWorld } from '../../support/fake-system.ts';

const GRAIN_MS = 50;

const setUp = async () => {
  const lists: string[] = [];
  const before = (call: string, path: string) => {
    if (call === 'list') lists.push(path);
  };
  const world = new FakeWorld({ faults: { before } });
  const { disk } = world;
  disk.makeDirectory('/pods/a');
  disk.makeDirectory('/pods/b');
  disk.create('/pods/file');
  const subdirectories = new Subdirectories(world.start().system.files, GRAIN_MS);
  const pass = () => world.clock.advance(1000);
  await pass();
  const of = (accepts?: (name: string) => boolean) => {
    lists.length = 0;
    return subdirectories.of('/pods', world.clock.wall, accepts);
  };
  return { disk, world, subdirectories, of, lists, pass };
};

describe('subdirectories', () => {
  it('are the same strings until something changes', async () => {
    const { of, lists, disk, pass } = await setUp();
    const first = of();
    expect(first).toEqual(['/pods/a', '/pods/b']);
    expect(of()).toBe(first);
    expect(lists).toEqual([]);
    disk.makeDirectory('/pods/c');
    expect(of()).toEqual(['/pods/a', '/pods/b', '/pods/c']);
    await pass();
    of();
    of();
    expect(lists).toEqual([]);
  });

  it('are those with the names that are asked for', async () => {
    const { of } = await setUp();
    expect(of((name) => name !== 'a')).toEqual(['/pods/b']);
  });

  it('are read anew while another change would have the same time', async () => {
    const { of, lists, disk } = await setUp();
    disk.makeDirectory('/pods/c');
    of();
    of();
    expect(lists).toEqual(['/pods']);
  });

  it('are forgotten when nobody asks for them any more', async () => {
    const { of, lists, subdirectories, world, pass } = await setUp();
    of();
    subdirectories.forgetBefore(world.clock.wall);
    of();
    expect(lists).toEqual([]);
    await pass();
    subdirectories.forgetBefore(world.clock.wall);
    of();
    expect(lists).toEqual(['/pods']);
  });
});
