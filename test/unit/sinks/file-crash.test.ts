import { describe, expect, it } from 'vitest';
import { DELIVERED, FileWorld, PATH } from './file-world.ts';

const CHECKPOINTED = 'one\ntwo\n';
const BEYOND = 'three\nfour\n';

/** A file output that has written more than its last checkpoint knows. */
const ahead = async (beyond: string) => {
  const out = new FileWorld();
  await out.open();
  await out.write(CHECKPOINTED);
  const state = out.sink.state();
  if (beyond !== '') await out.write(beyond);
  return { out, state };
};

describe('the file output after a crash', () => {
  it('is cut at the checkpoint, whatever was written beyond it', async () => {
    for (let excess = 0; excess <= BEYOND.length; excess++) {
      const { out, state } = await ahead(BEYOND.slice(0, excess));
      out.restart();
      expect(await out.open(state)).toBe(0);
      expect(out.content()).toBe(CHECKPOINTED);
      await out.write('again\n');
      expect(out.content()).toBe(`${CHECKPOINTED}again\n`);
    }
  });

  it('is cut where a write was under way', async () => {
    for (const unfinished of ['lost', 'half', 'whole'] as const) {
      const { out, state } = await ahead('');
      out.begin(BEYOND).catch(() => undefined);
      out.restart(unfinished);
      expect(await out.open(state)).toBe(0);
      expect(out.content()).toBe(CHECKPOINTED);
    }
  });

  it('tells how many delivered bytes are missing, and goes on at the end of what is there', async () => {
    for (let left = 0; left <= CHECKPOINTED.length; left++) {
      const { out, state } = await ahead('');
      out.restart();
      const inode = out.world.disk.inodeAt(PATH);
      if (inode !== undefined) out.world.disk.truncate(inode, left);
      expect(await out.open(state)).toBe(CHECKPOINTED.length - left);
      await out.write('again\n');
      expect(out.content()).toBe(`${CHECKPOINTED.slice(0, left)}again\n`);
    }
  });

  it('is found by its identity under the name that a rotation gave it, and cut there', async () => {
    const { out, state } = await ahead(BEYOND);
    out.rotate();
    out.restart();
    expect(await out.open(state)).toBe(0);
    expect(out.content(`${PATH}.1`)).toBe(CHECKPOINTED);
    expect(await out.write('again\n')).toEqual(DELIVERED);
    expect(out.content()).toBe('again\n');
  });

  it('tells what is missing of a file that was rotated and cut', async () => {
    const { out, state } = await ahead('');
    out.rotate();
    out.restart();
    const inode = out.world.disk.inodeAt(`${PATH}.1`);
    if (inode !== undefined) out.world.disk.truncate(inode, 3);
    expect(await out.open(state)).toBe(CHECKPOINTED.length - 3);
  });

  it('leaves every other file in the directory alone', async () => {
    const { out, state } = await ahead(BEYOND);
    out.put('/out/other.log', 'something of somebody else, and longer than the checkpoint says');
    out.world.disk.makeDirectory('/out/directory.log');
    out.rotate('/out/directory.log/moved');
    out.restart();
    expect(await out.open(state)).toBe(0);
    expect(out.content('/out/other.log')).toContain('somebody else');
    expect(out.content('/out/directory.log/moved')).toBe(CHECKPOINTED + BEYOND);
  });

  it('is not confused by another file with the same inode number', async () => {
    const { out, state } = await ahead(BEYOND);
    out.restart();
    out.world.disk.unlink(PATH);
    out.put(PATH, 'born later, same number, not ours\n');
    expect(await out.open(state)).toBe(0);
    expect(out.content()).toBe('born later, same number, not ours\n');
  });
});
