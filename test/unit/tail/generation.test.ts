import { describe, expect, it } from 'vitest';
import { HEAD_BYTES } from '../../../src/core/identity.ts';
import { addGeneration, MemoryFile, newStream } from './setup.ts';

const setUp = (content: string) => {
  const file = new MemoryFile().write(content);
  const generation = addGeneration(newStream(), file);
  return { file, generation };
};

const CUT = { reason: 'truncated', size: 6, mayHaveGrown: false };

describe('a look at a generation', () => {
  it('that has not changed says so', () => {
    const { generation } = setUp('a\nb\nc\n');
    const { version } = generation;
    expect(generation.look(1)).toBe(false);
    expect(generation.version).toBe(version);
  });

  it('that has grown tells the new size and when', () => {
    const { file, generation } = setUp('a\nb\nc\n');
    file.write('d\n');
    expect(generation.look(7)).toBe(true);
    expect(generation).toMatchObject({ size: 8, changedAtMs: 7, ending: undefined });
  });

  it.each([
    ['has shrunk', 'x\n'],
    ['is empty', ''],
    ['was overwritten with as many bytes', 'd\ne\nf\n'],
    ['was cut and has grown past its old size', 'd\ne\nf\ng\n'],
    ['was cut and has grown far past its old size', 'some line\n'.repeat(500)],
  ])('notices that the file %s', (_, content) => {
    const { file, generation } = setUp('a\nb\nc\n');
    file.replace(content);
    expect(generation.look(1)).toBe(true);
    expect(generation.ending).toEqual(CUT);
  });

  it('takes a touched file, of which only the time changed, for the same', () => {
    const { file, generation } = setUp('a\nb\nc\n');
    const { changedAtMs } = generation;
    file.mtimeMs++;
    generation.look(9);
    expect(generation).toMatchObject({ size: 6, ending: undefined, changedAtMs });
  });

  it('notices that it was cut and has its old size again, within one tick of the clock', () => {
    const { file, generation } = setUp('a\nb\nc\n');
    const { mtimeMs } = file;
    expect(generation.look(1)).toBe(false);
    file.replace('d\ne\nf\n');
    file.mtimeMs = mtimeMs;
    expect(generation.look(30)).toBe(true);
    expect(generation.ending).toEqual(CUT);
  });

  it('reads nothing once a tick has passed without a change', () => {
    const { file, generation } = setUp('a\nb\nc\n');
    generation.look(5);
    generation.look(10);
    const { reads } = file;
    expect(generation.look(20)).toBe(false);
    expect(file.reads).toBe(reads);
  });

  it('tells that the file has lost its name', () => {
    const { file, generation } = setUp('a\n');
    const { version } = generation;
    file.nlink = 0;
    generation.look(1);
    expect(generation.links).toBe(0);
    expect(generation.version).toBeGreaterThan(version);
  });

  it('after the end was noticed says nothing more', () => {
    const { file, generation } = setUp('a\nb\nc\n');
    file.replace('');
    generation.look(1);
    file.write('new content\n');
    expect(generation.look(2)).toBe(false);
    expect(generation.ending).toEqual(CUT);
  });
});

describe('what is known of a generation', () => {
  it('is a head that grows with a short file, up to its bound', () => {
    const { file, generation } = setUp('a\n');
    expect(generation.head.length).toBe(2);
    file.write('x'.repeat(HEAD_BYTES - 3));
    generation.look(1);
    expect(generation.head.length).toBe(HEAD_BYTES - 1);
    file.write('yz');
    generation.look(2);
    const { head } = generation;
    expect(head.length).toBe(HEAD_BYTES);
    file.write('more');
    generation.look(3);
    expect(generation.head).toBe(head);
  });

  it('after a cut is what it was when it was seen whole', () => {
    const { file, generation } = setUp('a\nb\nc\n');
    const before = generation.toRecord();
    file.replace('z\n');
    generation.look(1);
    expect(generation.toRecord()).toEqual(before);
  });
});

describe('a generation that was cut', () => {
  it('goes on in a copy, with the size that it had', () => {
    const { file, generation } = setUp('a\nb\nc\n');
    file.replace('');
    generation.look(1);
    const copy = new MemoryFile().write('a\nb\nc\n');
    generation.moveTo({ ...generation.sighted, path: '/logs/app.log.1' }, true);
    generation.open(copy, false);
    expect(file.isClosed).toBe(true);
    generation.look(2);
    expect(generation).toMatchObject({ size: 6, ending: undefined });
    const bytes = Buffer.alloc(6);
    expect(generation.read(bytes, 0, 6, 0)).toBe(6);
  });
});
