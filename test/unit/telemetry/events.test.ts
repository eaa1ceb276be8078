import { Writable } from 'node:stream';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Events } from '../../../src/telemetry/events.ts';

const MINUTE_MS = 60_000;

const setUp = () => {
  const lines: Record<string, unknown>[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      lines.push(JSON.parse(chunk.toString()) as Record<string, unknown>);
      done();
    },
  });
  const time = { nowMs: 0 };
  return { events: new Events(pino({ level: 'debug' }, stream), () => time.nowMs), lines, time };
};

const gap = { reason: 'deleted', bytes: 5, generation: 1, file: '0.log', from: 0 } as const;

describe('events that a stranger can cause', () => {
  it('are told once a minute, with the number that was left out', () => {
    const { events, lines, time } = setUp();
    for (let time = 0; time < 5; time++) events.fileUnreadable('/a', new Error('EIO'));
    expect(lines).toMatchObject([{ path: '/a', reason: 'EIO', leftOut: 0 }]);
    time.nowMs = MINUTE_MS - 1;
    events.fileUnreadable('/a', new Error('EIO'));
    expect(lines).toHaveLength(1);
    time.nowMs = MINUTE_MS;
    events.fileUnreadable('/a', new Error('EIO'));
    events.fileUnreadable('/a', new Error('EIO'));
    expect(lines).toMatchObject([{ leftOut: 0 }, { leftOut: 5 }]);
    time.nowMs = 2 * MINUTE_MS;
    events.fileUnreadable('/a', new Error('EIO'));
    expect(lines[2]).toMatchObject({ leftOut: 1 });
  });

  it('are told of each subject and each kind by itself', () => {
    const { events, lines } = setUp();
    events.fileUnreadable('/a', new Error('EIO'));
    events.fileUnreadable('/b', new Error('EIO'));
    events.watchFailed('/a', new Error('ENOSPC'));
    events.bytesLost('out', 'stream', gap);
    events.bytesLost('out', 'stream', { ...gap, reason: 'truncated' });
    events.bytesLost('other', 'stream', gap);
    events.linesUnparsed('stream', 3);
    events.nulBytesSkipped('stream', 4);
    expect(lines).toHaveLength(8);
  });

  it('are counted every time', () => {
    const { events } = setUp();
    for (let time = 0; time < 3; time++) {
      events.fileUnreadable('/a', new Error('EIO'));
      events.linesUnparsed('a', 10);
      events.nulBytesSkipped('a', 100);
      events.watchFailed('/a', new Error('ENOSPC'));
      events.checkpointFailed(new Error('ENOSPC'));
      events.deliveryFailed('out', new Error('503'), time + 1);
      events.foundByRescan('/a', 12);
    }
    expect(events.counters).toMatchObject({
      readErrors: 3,
      linesUnparsed: 30,
      nulBytesSkipped: 300,
      watchErrors: 3,
      checkpointErrors: 3,
    });
  });

  it('are remembered up to a bound: the oldest may be told again', () => {
    const { events, lines } = setUp();
    for (let file = 0; file <= 1000; file++) events.fileUnreadable(`/${file}`, new Error('EIO'));
    lines.length = 0;
    events.fileUnreadable('/1000', new Error('EIO'));
    expect(lines).toHaveLength(0);
    events.fileUnreadable('/0', new Error('EIO'));
    expect(lines).toHaveLength(1);
  });
});

describe('an output in trouble', () => {
  it('is told of once, and again when it works', () => {
    const { events, lines } = setUp();
    for (let failures = 1; failures <= 20; failures++)
      events.deliveryFailed('out', new Error('503'), failures);
    events.deliveryRecovered('out', 20);
    expect(lines).toMatchObject([
      { output: 'out', reason: '503' },
      { output: 'out', failures: 20 },
    ]);
  });
});

describe('checkpoints that fail', () => {
  it('are told of once a minute, and at once when they fail anew', () => {
    const { events, lines } = setUp();
    events.checkpointFailed(new Error('ENOSPC'));
    events.checkpointFailed(new Error('ENOSPC'));
    events.checkpointWorksAgain();
    events.checkpointFailed(new Error('ENOSPC'));
    expect(lines).toHaveLength(3);
  });

  it('are told of once a minute, however often the directory turns out to be unusable', () => {
    const { events, lines, time } = setUp();
    for (let second = 0; second < 60; second++) {
      time.nowMs = second * 1000;
      events.checkpointUnreadable('/state', 'EROFS');
    }
    expect(lines).toHaveLength(1);
  });
});
