import { describe, expect, it } from 'vitest';
import type { LogFormat } from '../../../src/core/decoder.ts';
import { detectFormat, ENOUGH_BYTES } from '../../../src/decode/detect.ts';

const CRI = '2026-11-20T21:05:27.5+00:00 stdout F hello\n';
const DOCKER = '{"log":"hello\\n","stream":"stdout","time":"2026-11-20T21:01:41.8Z"}\n';

const detect = (text: string, kubeletNamed: boolean): LogFormat | undefined => {
  const bytes = Buffer.from(`junk before${text}junk behind\n`);
  return detectFormat(bytes, 11, 11 + Buffer.byteLength(text), kubeletNamed);
};

describe('detectFormat', () => {
  it.each([
    [CRI, 'cri', 'cri'],
    [DOCKER, 'docker', 'docker'],
    [`\n\n\0\0\0\n\0\0${CRI}`, 'cri', 'cri'],
    [`\n\0\0${DOCKER}`, 'docker', 'docker'],
    ['2026-11-20T21:05:27Z stdout F\n', 'cri', 'cri'],
    ['2026-11-20T21:05:27Z stdout P:x:y piece\n', 'cri', 'cri'],
    ['2026-11-20T21:05:27Z INFO stdout F hello\n', 'cri', 'raw'],
    [`hello, world\n${CRI}`, 'cri', 'raw'],
    ['{"level":"info","msg":"hello"}\n', 'cri', 'raw'],
    ['{"log":"hello","level":"info"}\n', 'docker', 'raw'],
    ['{"stream":"stderr","time":"2026-11-20T21:01:41Z","log":"x"}\n', 'docker', 'docker'],
    [`{"log":"torn li${CRI}`, 'docker', 'raw'],
    [`rn line of a copy\n${DOCKER}`, 'cri', 'raw'],
  ])('takes %j for %s under a name of the kubelet, else for %s', (text, named, plain) => {
    expect([detect(text, true), detect(text, false)]).toEqual([named, plain]);
  });

  it('waits for the end of a line, but not for ever', () => {
    const endless = 'x'.repeat(ENOUGH_BYTES);
    for (const kubeletNamed of [true, false]) {
      expect(detect('', kubeletNamed)).toBeUndefined();
      expect(detect('\n\n\0', kubeletNamed)).toBeUndefined();
      expect(detect(CRI.trimEnd(), kubeletNamed)).toBeUndefined();
      expect(detect(endless.slice(1), kubeletNamed)).toBeUndefined();
      expect(detect(endless, kubeletNamed)).toBe(kubeletNamed ? 'cri' : 'raw');
      expect(detect(CRI.trimEnd() + endless, kubeletNamed)).toBe('cri');
      expect(detect(`{"log":"${endless}`, kubeletNamed)).toBe('docker');
      expect(detect('\0'.repeat(2 * ENOUGH_BYTES), kubeletNamed)).toBeUndefined();
    }
  });
});
