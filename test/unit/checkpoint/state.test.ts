import { describe, expect, it } from 'vitest';
import { formatEntry, parseEntry } from '../../../src/checkpoint/state.ts';
import { positionAt } from '../../../src/core/position.ts';

const origin = { kind: 'file' as const, file: 'a.log', host: 'node-1' };

/** A change of two outputs and streams with this name, one of them forgotten. */
const changeOf = (name: string) => ({
  agent: undefined,
  streams: new Map([
    [name, { origin, generations: [] }],
    [`${name}/gone`, undefined],
  ]),
  outputs: new Map([
    [name, { type: 'stdout', positions: new Map([[name, positionAt(2, 9)]]), ledger: null, sink: null }],
  ]),
});

describe('an entry of the checkpoint', () => {
  it('keeps the names that JSON.parse would mix up as property names', () => {
    for (const name of ['file/\\', 'file/"', 'file/\n', 'file/\\"', '__proto__', 'constructor', '7']) {
      expect(parseEntry(formatEntry(changeOf(name)))).toEqual(changeOf(name));
    }
  });

  it('keeps the files that nobody has judged yet', () => {
    const file = {
      path: '/logs/a.log.1',
      compressed: false,
      dev: 1n,
      ino: 2n ** 63n,
      birthtimeNs: 3n,
      head: { length: 4, hash: '00ff' },
      size: 5,
      tail: 6,
    };
    const change = {
      ...changeOf('a'),
      streams: new Map([['file/a.log', { origin, generations: [], unjudged: [file] }]]),
    };
    expect(parseEntry(formatEntry(change))).toEqual(change);
  });

  it('is read as older versions wrote it: names as properties', () => {
    const older = JSON.stringify({
      streams: { 'uid/app/0': { origin, generations: [] }, 'uid/app/0/gone': null },
      outputs: {
        'uid/app/0': { type: 'stdout', positions: { 'uid/app/0': [2, 9] }, ledger: null, sink: null },
      },
    });
    expect(parseEntry(older)).toEqual(changeOf('uid/app/0'));
  });
});
