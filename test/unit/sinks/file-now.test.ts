import { describe, expect, it } from 'vitest';
import { DELIVERED, FileWorld, PATH } from './file-world.ts';

const inMemory = async (): Promise<FileWorld> => {
  const out = new FileWorld({ inMemory: () => true });
  await out.open();
  return out;
};
const now = (out: FileWorld, text: string): boolean | undefined => out.sink.writeNow?.(Buffer.from(text));

describe('a file output in memory', () => {
  it('writes at once, behind what it wrote before, and knows its length', async () => {
    const out = await inMemory();
    expect(now(out, 'one\n')).toBe(true);
    expect(await out.write('two\n')).toEqual(DELIVERED);
    expect(now(out, 'three\n')).toBe(true);
    expect(out.content()).toBe('one\ntwo\nthree\n');
    expect(out.sink.state()).toMatchObject({ length: 14 });
  });

  it('leaves it to the other way while that is at work: order is kept', async () => {
    const out = await inMemory();
    const first = out.begin('one\n');
    expect(now(out, 'two\n')).toBe(false);
    expect(await out.done(first)).toEqual(DELIVERED);
    expect(now(out, 'two\n')).toBe(true);
    expect(out.content()).toBe('one\ntwo\n');
  });

  it('leaves it to the other way while it is opened anew', async () => {
    const out = await inMemory();
    now(out, 'one\n');
    out.rotate();
    const reopening = out.sink.reopen();
    expect(now(out, 'two\n')).toBe(false);
    await out.done(reopening);
    expect(now(out, 'two\n')).toBe(true);
    expect([out.content(`${PATH}.1`), out.content()]).toEqual(['one\n', 'two\n']);
  });

  it('counts nothing of what did not fit: the other way tells why, and writes it once there is room', async () => {
    const out = await inMemory();
    out.diskBytes = 6;
    expect(now(out, 'one\n')).toBe(true);
    expect(now(out, 'two\n')).toBe(false);
    expect(out.sink.state()).toMatchObject({ length: 4 });
    expect(await out.write('two\n')).toMatchObject({ kind: 'transient', error: { code: 'ENOSPC' } });
    out.diskBytes = 100;
    expect(now(out, 'two\n')).toBe(true);
    expect(out.content()).toBe('one\ntwo\n');
  });
});

it('a file output on a disk has the long way only', async () => {
  const out = new FileWorld();
  await out.open();
  expect(now(out, 'one\n')).toBe(false);
  expect(out.content()).toBe('');
});
