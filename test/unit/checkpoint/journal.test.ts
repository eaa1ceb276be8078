import { describe, expect, it } from 'vitest';
import { readLines, sealLine } from '../../../src/checkpoint/journal.ts';

const PAYLOADS = ['birler 1 7', '{"a":1}', '{"name":"größer als ASCII \u{1f332}"}', '', '{"last":true}'];
const WHOLE = Buffer.from(PAYLOADS.map(sealLine).join(''));

describe('a journal', () => {
  it('gives back what was sealed', () => {
    expect(readLines(WHOLE)).toEqual({ payloads: PAYLOADS, goodBytes: WHOLE.length, isDamaged: false });
  });

  it('is empty when nothing stands in it', () => {
    expect(readLines(Buffer.alloc(0))).toEqual({ payloads: [], goodBytes: 0, isDamaged: false });
  });

  it('ends at the last whole line, wherever it was torn', () => {
    for (let cut = 0; cut <= WHOLE.length; cut++) {
      const torn = WHOLE.subarray(0, cut);
      const whole = torn.toString('latin1').split('\n').length - 1;
      const good = torn.lastIndexOf(0x0a) + 1;
      expect(readLines(torn)).toEqual({
        payloads: PAYLOADS.slice(0, whole),
        goodBytes: good,
        isDamaged: good < cut,
      });
    }
  });

  it('ends before a line that does not prove itself, and believes none behind it', () => {
    const lines = PAYLOADS.map(sealLine);
    lines[2] = `00000000 ${PAYLOADS[2]}\n`;
    expect(readLines(Buffer.from(lines.join('')))).toMatchObject({
      payloads: PAYLOADS.slice(0, 2),
      isDamaged: true,
    });
  });

  it('believes no line that is not sealed exactly so', () => {
    const sealed = sealLine('{"a":1}');
    const others = [
      sealed.toUpperCase(),
      ` ${sealed}`,
      sealed.replace(' ', ''),
      sealed.replace(' ', '\t'),
      sealed.replace('\n', '\r\n'),
      '\n',
      'no seal\n',
    ];
    for (const other of others.filter((text) => text !== sealed)) {
      expect(readLines(Buffer.from(other))).toMatchObject({ payloads: [], isDamaged: true });
    }
  });
});
