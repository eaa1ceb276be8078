import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detectFormat, ENOUGH_BYTES } from '../../../src/decode/detect.ts';
import { chunksOf, content, criLines, dockerLines } from './lines.ts';
import { parseCri, parseDocker } from './reference.ts';

describe('detectFormat', () => {
  it('takes a plain file for what the reference can read of its first line', () => {
    const seen = { cri: 0, docker: 0, raw: 0, unknown: 0 };
    const lines = chunksOf(fc.oneof(criLines, dockerLines, content), 4);
    const property = fc.property(lines, fc.nat(), (chunks, cut) => {
      const bytes = Buffer.concat(chunks.map((chunk) => chunk.bytes));
      const head = bytes.subarray(0, bytes.length - (cut % 8));
      const [first = '', ...rest] = head
        .toString('latin1')
        .replace(/^[\0\n]*/, '')
        .split('\n');
      const readable = parseDocker(first) === undefined ? 'raw' : 'docker';
      const format = parseCri(first) === undefined ? readable : 'cri';
      const expected = rest.length === 0 && first.length < ENOUGH_BYTES ? undefined : format;
      expect(detectFormat(bytes, 0, head.length, false)).toBe(expected);
      seen[expected ?? 'unknown']++;
    });
    fc.assert(property, { numRuns: 3000 });
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
  });
});
