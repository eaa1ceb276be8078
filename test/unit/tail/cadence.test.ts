import { describe, expect, it } from 'vitest';
import { Cadence } from '../../../src/tail/cadence.ts';
import type { ContainerStream } from '../../../src/tail/container-stream.ts';
import { newStream } from './setup.ts';

const setUp = () => {
  const told: string[] = [];
  const watched = new Set<ContainerStream>();
  /** Small watches, which tell writes, are opened and closed when it is asked for, as long as they can be had. */
  const small = { areToBeHad: false, open: new Set<ContainerStream>(), isAtRest: true };
  const tell = (text: string): void => {
    // To ask again for what is there already does no harm.
    if (told.at(-1) !== text) told.push(text);
  };
  const cadence = new Cadence({
    onIdle: (stream) => {
      tell(`idle ${stream.key}`);
      if (small.areToBeHad) small.open.add(stream);
      return true;
    },
    onBusy: (stream) => {
      tell(`busy ${stream.key}`);
      small.open.delete(stream);
    },
    onWoken: () => tell('woken'),
    isAtRest: () => small.isAtRest,
    isWatched: (stream) => small.isAtRest && (watched.has(stream) || small.open.has(stream)),
    tellsWrites: (stream) => small.open.has(stream),
  });
  let now = 0;
  /** Polls whenever it is due until then; how often each stream was looked at. */
  const until = (end: number, changes: (stream: ContainerStream) => boolean = () => false) => {
    const looks: number[] = [];
    for (let due = cadence.nextDueMs; due !== undefined && due <= end; due = cadence.nextDueMs) {
      now = Math.max(now, due);
      cadence.poll(now, (stream) => {
        looks.push(now);
        return changes(stream);
      });
    }
    now = end;
    return looks;
  };
  return { cadence, told, tell, until, watched, small };
};

const PATH = '/logs/app.log';

/** A stream with one file. */
const withFile = (): ContainerStream => {
  const stream = newStream();
  const record = {
    path: PATH,
    compressed: false,
    dev: 1n,
    ino: 1n,
    birthtimeNs: 1n,
    head: { length: 0, hash: '' },
    size: 0,
    tail: 0,
    cutSize: undefined,
  };
  stream.append(record, { kind: 'live' }, 0);
  return stream;
};

describe('the cadence', () => {
  it('looks every ten milliseconds at what changes now and then', () => {
    const { cadence, until } = setUp();
    cadence.quicken(newStream());
    let looks = 0;
    expect(until(1000, () => looks++ % 5 === 0).length).toBeCloseTo(100, -1);
  });

  it('looks less often at what had changed at every look, until a look finds nothing', () => {
    const { cadence, until } = setUp();
    cadence.quicken(newStream());
    until(1000, () => true);
    expect(until(2000, () => true).length).toBe(50);
    until(2060);
    let looks = 0;
    expect(until(2260, () => looks++ % 2 === 0).length).toBeGreaterThanOrEqual(19);
  });

  it('looks at many such streams 500 times a second together, and at each every 80 ms all the same', () => {
    const { cadence, until } = setUp();
    const add = (from: number, to: number) => {
      for (let index = from; index < to; index++) cadence.quicken(newStream(`${index}.log`));
    };
    add(0, 25);
    until(1000, () => true);
    expect(until(2000, () => true).length).toBe(500);
    add(25, 100);
    until(3000, () => true);
    expect(until(3800, () => true).length).toBe(1000);
  });

  it('asks now and then whether quick looks would still all find something', () => {
    const { cadence, until } = setUp();
    cadence.quicken(newStream());
    until(1000, () => true);
    // Something comes every 50 ms: steady looks find it each time, quick ones now and then.
    let last = 0;
    const everyFifty = (at: number) => at - last >= 50;
    let now = 1000;
    for (; now < 8000; now += 10)
      until(now, () => {
        const found = everyFifty(now);
        if (found) last = now;
        return found;
      });
    let looks = 0;
    for (; now < 9000; now += 10)
      until(now, () => {
        looks++;
        const found = everyFifty(now);
        if (found) last = now;
        return found;
      });
    expect(looks).toBeGreaterThan(90);
  });

  it('looks in turn at those that a watch stands for, a share of them each second', () => {
    const { cadence, until, watched } = setUp();
    const streams = Array.from({ length: 20 }, (_, index) => newStream(`${index}.log`));
    for (const stream of streams) {
      watched.add(stream);
      cadence.quicken(stream);
    }
    until(2000);
    const seen: ContainerStream[] = [];
    until(7000, (stream) => {
      seen.push(stream);
      return false;
    });
    expect(seen.length).toBe(20);
    expect(new Set(seen)).toEqual(new Set(streams));
  });

  it('never looks at more than a thousand of those a second', () => {
    const { cadence, until, watched } = setUp();
    for (let index = 0; index < 6000; index++) {
      const stream = newStream(`${index}.log`);
      watched.add(stream);
      cadence.quicken(stream);
    }
    until(2000);
    expect(until(3000).length).toBe(1000);
  });

  it('looks once a second again when the watch is gone, and often when something is found', () => {
    const { cadence, until, watched, told } = setUp();
    const stream = newStream();
    watched.add(stream);
    cadence.quicken(stream);
    until(10_000);
    watched.clear();
    until(12_000);
    expect(until(22_000).length).toBe(10);
    watched.add(stream);
    until(24_000);
    until(26_000, () => true);
    expect(until(26_100).length).toBeGreaterThanOrEqual(4);
    expect(told.slice(0, 2)).toEqual(['idle file/app.log', 'busy file/app.log']);
  });

  it('slows down step by step to once a second, and tells that the stream is idle, once', () => {
    const { cadence, until, told } = setUp();
    cadence.quicken(newStream());
    const looks = until(60_000);
    // The first look of a slower step may come together with the last one of the quicker.
    const pauses = looks.map((at, index) => at - (looks[index - 1] ?? 0)).filter((pause) => pause > 0);
    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(new Set(pauses.slice(-20))).toEqual(new Set([1000]));
    expect(told).toEqual(['idle file/app.log']);
  });

  it('is quick again when told so, and tells that the stream is busy', () => {
    const { cadence, until, told } = setUp();
    const stream = newStream();
    cadence.quicken(stream);
    until(60_000);
    cadence.quicken(stream);
    expect(until(60_100).length).toBeGreaterThanOrEqual(9);
    expect(told.slice(0, 2)).toEqual(['idle file/app.log', 'busy file/app.log']);
  });

  it('is quick again when a look finds a change', () => {
    const { cadence, until, told } = setUp();
    cadence.quicken(newStream());
    until(60_000);
    until(61_000, () => true);
    expect(until(61_200).length).toBeGreaterThan(5);
    expect(told.slice(0, 2)).toEqual(['idle file/app.log', 'busy file/app.log']);
  });

  it('of one stream does not depend on another', () => {
    const { cadence, until } = setUp();
    const [busy, idle] = [newStream('busy.log'), newStream('idle.log')];
    cadence.quicken(busy);
    cadence.quicken(idle);
    let looks = 0;
    until(30_000, (stream) => stream === busy);
    until(40_000, (stream) => {
      if (stream === idle) looks++;
      return stream === busy;
    });
    expect(looks).toBe(10);
  });

  it('has nothing to do for a stream that was removed', () => {
    const { cadence, until } = setUp();
    const stream = newStream();
    cadence.quicken(stream);
    cadence.remove(stream);
    expect(cadence.nextDueMs).toBeUndefined();
    expect(until(10_000)).toEqual([]);
  });
});

describe('the cadence, where small watches tell each write', () => {
  const setUpSmall = () => {
    const rig = setUp();
    rig.small.areToBeHad = true;
    const stream = withFile();
    rig.cadence.quicken(stream);
    return { ...rig, stream };
  };

  it('leaves a stream that is written to now and then to its watch, after one more look', () => {
    const { cadence, until, told, small, stream } = setUpSmall();
    let looks = 0;
    until(250, () => looks++ % 5 === 0);
    expect(told).toEqual(['idle file/app.log']);
    until(260);
    expect(until(900)).toEqual([]);
    expect(cadence.written(PATH, 900)).toBe(true);
    expect(told.at(-1)).toBe('woken');
    // It is due with the next poll, whenever that is.
    const seen: boolean[] = [];
    cadence.poll(901, (_stream, isIdle) => {
      seen.push(isIdle);
      return true;
    });
    expect([seen, small.open.has(stream)]).toEqual([[true], true]);
    cadence.poll(902, () => {
      seen.push(false);
      return false;
    });
    expect(seen).toEqual([true]);
  });

  it('looks often instead when many writes are told, and closes the watch', () => {
    const { cadence, until, told, tell, small } = setUpSmall();
    until(1000);
    for (let write = 0; write < 100; write++) cadence.written(PATH, 1000 + write);
    expect([told, small.open.size]).toEqual([
      ['idle file/app.log', 'woken', 'busy file/app.log', 'woken'],
      0,
    ]);
    // What is told from now on wakes nobody: it is looked at soon.
    tell('next');
    expect([cadence.written(PATH, 1100), told.at(-1)]).toEqual([true, 'next']);
    expect(until(1100, () => true).length).toBeGreaterThanOrEqual(9);
  });

  it('goes on with looks while they find much, and after that with a watch again', () => {
    const { until, small } = setUpSmall();
    let looks = 0;
    const often = () => looks++ % 2 === 0;
    expect(until(2000, often).length).toBeGreaterThan(150);
    expect(small.open.size).toBe(0);
    until(3000);
    expect(small.open.size).toBe(1);
  });

  it('opens no watch while something waits for time to pass', () => {
    const { until, told, small } = setUpSmall();
    small.isAtRest = false;
    until(500);
    expect(told).toEqual([]);
    small.isAtRest = true;
    until(1000);
    expect(told).toEqual(['idle file/app.log']);
  });

  it('closes a watch that was just opened when a hint says to look', () => {
    const { cadence, until, told, small, stream } = setUpSmall();
    until(100);
    expect(small.open.size).toBe(1);
    cadence.quicken(stream);
    expect([told.at(-1), small.open.size]).toEqual(['busy file/app.log', 0]);
  });

  it('trusts a watch that told of a write when the patrol comes first, and no other', () => {
    const { cadence, until, told, small } = setUpSmall();
    until(5000);
    cadence.written(PATH, 5000);
    until(6000, () => true);
    expect(told).toEqual(['idle file/app.log', 'woken']);
    until(60_000);
    until(66_000, () => true);
    expect([told.includes('busy file/app.log'), small.open.size]).toEqual([true, 0]);
  });

  it('knows nothing of other files, nor of a stream that was removed', () => {
    const { cadence, until, stream } = setUpSmall();
    expect(cadence.written(PATH, 0)).toBe(false);
    until(1000);
    expect(cadence.written('/logs/other.log', 1000)).toBe(false);
    cadence.written(PATH, 1000);
    cadence.remove(stream);
    expect(cadence.written(PATH, 1000)).toBe(false);
    expect(until(5000)).toEqual([]);
  });

  it('looks at once where a stream is looked at seldom, though its watch tells', () => {
    const { cadence, until, small } = setUpSmall();
    until(1000);
    small.isAtRest = false;
    until(10_000);
    cadence.written(PATH, 10_000);
    expect(until(10_100).length).toBeGreaterThanOrEqual(9);
  });
});
