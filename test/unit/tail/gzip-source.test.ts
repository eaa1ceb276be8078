import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { NOT_READY } from '../../../src/system/system.ts';
import { gzipSource } from '../../../src/tail/gzip-source.ts';
import { InflateSlots } from '../../../src/tail/inflate-slots.ts';
import { FakeWorld, type FakeWorldOptions } from '../../support/fake-system.ts';

const LONGEST_READ = 4096;
const PATH = '/log.gz';
/** Much more than a window, and never twice the same. */
const CONTENT = Buffer.from(Array.from({ length: 40_000 }, (_, line) => `line ${line}\n`).join(''));

const setUp = (options: FakeWorldOptions = {}, compressed: Uint8Array = gzipSync(CONTENT)) => {
  const world = new FakeWorld(options);
  const { system, process } = world.start();
  world.disk.append(world.disk.create(PATH), compressed);
  const { files, compression, clock } = system;
  const slots = new InflateSlots(clock);
  let rings = 0;
  const open = () =>
    gzipSource({ files, compression, slots, longestRead: LONGEST_READ }, files.open(PATH), () => {
      rings++;
    });
  const target = Buffer.alloc(LONGEST_READ);
  const read = (
    source: ReturnType<typeof open>,
    position: number,
    length = LONGEST_READ,
  ): string | number => {
    const count = source.read(target, 0, length, position);
    return count <= 0 ? count : target.toString('latin1', 0, count);
  };
  const expected = (position: number, length = LONGEST_READ): string =>
    CONTENT.toString('latin1', position, position + length);
  return { world, process, slots, open, read, expected, rings: () => rings };
};

describe('a compressed file', () => {
  it('is read by the offsets of its decompressed bytes, to its end', () => {
    const { open, read, expected } = setUp();
    const source = open();
    for (let at = 0; at < CONTENT.length; at += 1000) expect(read(source, at)).toBe(expected(at));
    expect(read(source, CONTENT.length)).toBe(0);
  });

  it('gives bytes again that it gave before, near and far back', () => {
    const { open, read, expected } = setUp();
    const source = open();
    for (const at of [0, 300_000, 299_000, 10, 400_000, 0]) expect(read(source, at)).toBe(expected(at));
  });

  it('is read from where a restart left it', () => {
    const { open, read, expected } = setUp();
    expect(read(open(), 123_456)).toBe(expected(123_456));
  });

  it('asks for patience while the inflater works, and calls when it is ready', async () => {
    const { world, open, read, expected, rings } = setUp({ slowGunzip: true });
    const source = open();
    expect(read(source, 0)).toBe(NOT_READY);
    await world.clock.advance(10);
    expect(rings()).toBe(1);
    expect(read(source, 0)).toBe(expected(0));
  });

  it('that breaks off gives what is whole, and says that it is corrupt', () => {
    const compressed = gzipSync(CONTENT);
    const { open, read, expected } = setUp({}, compressed.subarray(0, compressed.length / 2));
    const source = open();
    let at = 0;
    for (let text = read(source, at); typeof text === 'string'; text = read(source, at)) {
      expect(text).toBe(expected(at, text.length));
      at += text.length;
    }
    expect(at).toBeGreaterThan(CONTENT.length / 4);
    expect(source.isCorrupt).toBe(true);
  });

  it('that is whole is not corrupt', () => {
    const { open, read } = setUp();
    const source = open();
    read(source, CONTENT.length);
    expect(source.isCorrupt).toBe(false);
  });

  it('that the disk cannot read just now is not corrupt either: it is read when it can be', () => {
    const faults: { fail?: (call: string) => string | undefined } = {};
    const { open, read, expected } = setUp({ faults });
    const source = open();
    faults.fail = (call) => (call === 'read' ? 'EIO' : undefined);
    expect(() => read(source, 0)).toThrow('EIO');
    delete faults.fail;
    expect(source.isCorrupt).toBe(false);
    expect(read(source, 0)).toBe(expected(0));
  });

  it('gives back its descriptor', () => {
    const { open, read, process } = setUp();
    const source = open();
    read(source, 0);
    source.close();
    expect(process.openFiles).toEqual([]);
  });
});

describe('many compressed files', () => {
  it('are inflated a few at a time; the others come when one has ended', () => {
    const { open, read, expected, rings } = setUp();
    const sources = Array.from({ length: 6 }, () => open());
    const first = sources.map((source) => read(source, 0));
    expect(first.filter((text) => text === expected(0))).toHaveLength(4);
    expect(first.slice(4)).toEqual([NOT_READY, NOT_READY]);
    const [done, , , , waits] = sources;
    if (done === undefined || waits === undefined) return;
    read(done, CONTENT.length);
    expect(rings()).toBe(1);
    expect(read(waits, 0)).toBe(expected(0));
  });

  it('make one give way that has not been read for a while, which goes on later where it was', async () => {
    const { world, slots, open, read, expected } = setUp();
    const sources = Array.from({ length: 5 }, () => open());
    const [stuck, , , , waits] = sources;
    for (const source of sources) read(source, 0);
    await world.clock.advance(3000);
    slots.tidy(3000);
    if (stuck === undefined || waits === undefined) return;
    expect(read(waits, 0)).toBe(expected(0));
    await world.clock.advance(3000);
    expect(read(stuck, 5000)).toBe(expected(5000));
  });

  it('do not wait for one that was closed', () => {
    const { open, read, expected } = setUp();
    const sources = Array.from({ length: 5 }, () => open());
    for (const source of sources) read(source, 0);
    sources[0]?.close();
    const waits = sources[4];
    expect(waits === undefined ? '' : read(waits, 0)).toBe(expected(0));
  });
});
