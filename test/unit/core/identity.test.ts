import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { generationSeed, shortHash } from '../../../src/core/hash.ts';
import { sameFile, sameIdentity } from '../../../src/core/identity.ts';

describe('the identity of a file', () => {
  const file = { dev: 1n, ino: 2n ** 63n + 1n, birthtimeNs: 3n };

  it('needs the device, the inode and the birth time', () => {
    expect(sameIdentity(file, { ...file })).toBe(true);
    for (const other of [{ dev: 2n }, { ino: 2n ** 63n }, { birthtimeNs: 4n }]) {
      expect(sameIdentity(file, { ...file, ...other })).toBe(false);
    }
  });

  it('leaves out the device where a restart may lie between', () => {
    expect(sameFile(file, { ...file, dev: 9n })).toBe(true);
    for (const other of [{ ino: 2n ** 63n }, { birthtimeNs: 4n }]) {
      expect(sameFile(file, { ...file, ...other })).toBe(false);
    }
  });
});

describe('hashes that must never change, because they are stored and sent', () => {
  const bytes = Buffer.from('2026-11-20T20:19:53Z stdout F hello');

  it('a short hash is the beginning of a SHA-1', () => {
    expect(shortHash(bytes)).toBe(createHash('sha1').update(bytes).digest('hex').slice(0, 16));
    expect(shortHash(new Uint8Array())).toBe('da39a3ee5e6b4b0d');
  });

  it('a seed is made of the key of the stream and of the first line', () => {
    const digest = createHash('sha1').update('u1/app/0\n').update(bytes).digest();
    expect(generationSeed('u1/app/0', bytes)).toEqual({
      high: digest.readInt32LE(0),
      low: digest.readInt32LE(4),
    });
    expect(generationSeed('u1/app/1', bytes)).not.toEqual(generationSeed('u1/app/0', bytes));
    expect(generationSeed('u1/app/0', bytes.subarray(1))).not.toEqual(generationSeed('u1/app/0', bytes));
  });
});
