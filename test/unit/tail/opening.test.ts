import { describe, expect, it } from 'vitest';
import type { FileStatus } from '../../../src/system/system.ts';
import { Opening } from '../../../src/tail/opening.ts';
import { FakeWorld } from '../../support/fake-system.ts';
import { addGeneration, MemoryFile, newStream } from './setup.ts';

const STATUS: FileStatus = {
  kind: 'file',
  dev: 1n,
  ino: 7n,
  birthtimeNs: 1_795_206_835_123_456_789n,
  size: 2,
  mtimeMs: 1_795_206_836_004,
  links: 1,
};

/** A generation whose descriptor was given up, of a file with this status; what stands at its path can be changed. */
const setUp = (was: FileStatus = STATUS) => {
  const { system } = new FakeWorld().start();
  const asked: string[] = [];
  let is: FileStatus | undefined = was;
  const files = {
    ...system.files,
    statusOf: () => {
      asked.push('exactly');
      return is;
    },
    lookAt: () => {
      asked.push('plainly');
      if (is === undefined) return undefined;
      const { ino, birthtimeNs, size, mtimeMs } = is;
      return { ino: Number(ino), birthtimeMs: Number(birthtimeNs) / 1e6, size, mtimeMs };
    },
  };
  const opening = new Opening(files, system.compression, {
    openGzip: () => new MemoryFile(),
    isOwnOutput: () => false,
    onUnreadable: (_, error) => expect.unreachable(String(error)),
  });
  const file = new MemoryFile().write('a\n');
  file.mtimeMs = was.mtimeMs;
  const generation = addGeneration(newStream(), file);
  generation.close();
  const { dev, ino, birthtimeNs } = was;
  generation.sighted = { ...generation.sighted, identity: { dev, ino, birthtimeNs } };
  const check = (now: Partial<FileStatus> | undefined) => {
    is = now && { ...was, ...now };
    asked.length = 0;
    return opening.checkClosed(generation);
  };
  return { check, asked };
};

describe('a file that is not open', () => {
  it('is asked for once, and plainly, while nothing happens', () => {
    const { check, asked } = setUp();
    expect(check({})).toBe('same');
    expect(asked).toEqual(['plainly']);
  });

  it('has changed when its size or its time has', () => {
    const { check } = setUp();
    expect(check({ size: 3 })).toBe('changed');
    expect(check({ size: 1 })).toBe('changed');
    expect(check({ mtimeMs: STATUS.mtimeMs + 4 })).toBe('changed');
    expect(check({ mtimeMs: STATUS.mtimeMs - 4 })).toBe('changed');
  });

  it('is replaced when another inode stands there, or one of another birth, or none', () => {
    const { check } = setUp();
    expect(check({ ino: 8n })).toBe('replaced');
    expect(check({ birthtimeNs: STATUS.birthtimeNs + 4_000_000n })).toBe('replaced');
    expect(check(undefined)).toBe('replaced');
  });

  it('is known by its exact number where a double would round it', () => {
    const { check, asked } = setUp({ ...STATUS, ino: 2n ** 53n });
    expect(check({ ino: 2n ** 53n + 1n })).toBe('replaced');
    expect(check({})).toBe('same');
    expect(asked).toEqual(['plainly', 'exactly']);
  });
});
