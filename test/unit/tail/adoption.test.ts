import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { newDecoding } from '../../../src/decode/decoding.ts';
import { parseLogName } from '../../../src/discover/log-name.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import { Adoption } from '../../../src/tail/adoption.ts';
import { gzipSource } from '../../../src/tail/gzip-source.ts';
import { InflateSlots } from '../../../src/tail/inflate-slots.ts';
import type { Faults } from '../../support/fake-process.ts';
import { FakeWorld } from '../../support/fake-system.ts';
import { newStream } from './setup.ts';

const LOGS = '/logs';
const cri = (second: number, message: string): string =>
  `2026-11-20T20:19:${String(second).padStart(2, '0')}Z stdout F ${message}\n`;
/** More than is looked at of a head. */
const LONG = 'always the same at the start\n'.repeat(80);

const detectFormat = (bytes: Uint8Array, start: number, end: number, kubeletNamed: boolean) =>
  newDecoding(typescriptKernel(), 1024, 0, { lines: 10, bytes: 1024, waitMs: 500 }).detectFormat(
    bytes,
    start,
    end,
    kubeletNamed,
  );

/** One stream's directory, and the one who decides what is in it. */
const setUp = (faults: Faults = {}) => {
  const world = new FakeWorld({ faults });
  const { disk } = world;
  disk.makeDirectory(LOGS);
  const { system, process } = world.start();
  const { files, compression, clock } = system;
  const unreadable: string[] = [];
  const slots = new InflateSlots(clock);
  const adoption = new Adoption(files, compression, {
    detectFormat,
    openGzip: (descriptor, onReady) =>
      gzipSource({ files, compression, slots, longestRead: 4096 }, descriptor, onReady),
    isOwnOutput: () => false,
    onUnreadable: (path) => unreadable.push(path),
  });
  const stream = newStream();
  let now = 1000;
  const put = (name: string, content: string | Uint8Array): void =>
    disk.append(disk.create(`${LOGS}/${name}`), Buffer.from(content));
  const look = (ms = 100, isStill = true, mayHold = true) => {
    now += ms;
    const sighted = disk.names(LOGS).flatMap((name) => {
      const parsed = parseLogName(name);
      return parsed === undefined ? [] : [{ path: `${LOGS}/${name}`, ...parsed }];
    });
    let asked = 0;
    const again = () => (isStill || asked++ % 2 === 1 ? sighted : []);
    return adoption.observe(
      stream,
      { files: sighted, again },
      { nowMs: now, wallMs: world.clock.wall + now },
      () => mayHold,
    );
  };
  /** What the generations are called now, in the order of their bytes; `-` before those that have no name any more. */
  const names = (): readonly string[] =>
    stream.generations.map(({ sighted, listed, ending }) => {
      const name = sighted.path.slice(LOGS.length + 1);
      return `${listed ? '' : '-'}${name}${ending === undefined ? '' : ` ${ending.reason}`}`;
    });
  const text = (index: number): string => {
    const bytes = Buffer.alloc(4096);
    const count = stream.generations[index]?.read(bytes, 0, 4096, 0) ?? 0;
    return bytes.toString('utf8', 0, count);
  };
  /** Rotated on and on while it is looked at: nothing that is seen proves anything. */
  const lookInVain = (ms = 100, mayHold = true) => look(ms, false, mayHold);
  const openFiles = (): number => process.openFiles.length;
  return { world, disk, openFiles, adoption, stream, put, look, lookInVain, names, text, unreadable, files };
};

describe('rule 1: the same inode and birth time', () => {
  it('is known by whatever name', () => {
    const { put, look, names, disk } = setUp();
    put('app.log', 'a\n');
    look();
    disk.rename('/logs/app.log', '/logs/app.log.1');
    put('app.log', 'b\n');
    look();
    expect(names()).toEqual(['app.log.1', 'app.log']);
  });

  it('but another birth time is another file', () => {
    const { put, look, names, disk, stream } = setUp();
    put('app.log', 'a\n');
    look();
    const ino = stream.newest?.sighted.identity.ino;
    stream.newest?.close();
    disk.unlink('/logs/app.log');
    put('app.log', 'b\n');
    look();
    expect(stream.newest?.sighted.identity.ino).toBe(ino);
    expect(names()).toEqual(['-app.log deleted', 'app.log']);
  });

  it('cut: what stands in it now is a new generation, through the descriptor that was held', () => {
    const { put, look, names, disk, text, stream } = setUp();
    put('app.log', 'a\nb\n');
    look();
    disk.truncate(disk.create('/logs/app.log'), 0);
    put('app.log', 'c\n');
    look();
    expect(names()).toEqual(['-app.log truncated', 'app.log']);
    expect(text(1)).toBe('c\n');
    look();
    expect(stream.generations).toHaveLength(2);
  });
});

describe('rule 2: the same content as a generation whose file is gone or was cut', () => {
  it('a copy made before the cut: the generation goes on there, and the new content follows', () => {
    const { put, look, names, disk, text } = setUp();
    put('app.log', 'a\nb\n');
    look();
    put('app.log.1', 'a\nb\nunread\n');
    disk.truncate(disk.create('/logs/app.log'), 0);
    put('app.log', 'c\n');
    look();
    expect(names()).toEqual(['app.log.1', 'app.log']);
    expect([text(0), text(1)]).toEqual(['a\nb\nunread\n', 'c\n']);
    look();
    expect(names()).toEqual(['app.log.1', 'app.log']);
  });

  it('a .gz of it: the descriptor that is open and whole is kept', () => {
    const { put, look, names, disk, stream } = setUp();
    put('app.log', cri(1, 'a'));
    look();
    disk.unlink('/logs/app.log');
    put('app.log.1.gz', gzipSync(cri(1, 'a')));
    put('app.log', cri(2, 'b'));
    look();
    expect(names()).toEqual(['app.log.1.gz', 'app.log']);
    expect(stream.generations[0]?.isCompressedSource).toBe(false);
  });

  it('the same lines without times, in a new live file: no proof, so it is new', () => {
    const { put, look, names, disk } = setUp();
    put('app.log', 'starting\n');
    look();
    disk.rename('/logs/app.log', '/away');
    put('app.log', 'starting\n');
    look();
    expect(names()).toEqual(['-app.log', 'app.log']);
  });

  it('a new live file that begins with the same kilobyte and goes on otherwise is new', () => {
    const { put, look, names, disk } = setUp();
    put('app.log', `${LONG}a\n`);
    look();
    disk.unlink('/logs/app.log');
    put('app.log', `${LONG}b\nc\n`);
    look();
    expect(names()).toEqual(['-app.log', 'app.log']);
  });

  it('a .gz of another file that begins with the same kilobyte is new', () => {
    const { put, look, names, disk } = setUp();
    put('app.log', `${LONG}a\n`);
    look();
    disk.unlink('/logs/app.log');
    put('app.log.1.gz', gzipSync(`${LONG}b\nc\n`));
    look();
    expect(names()).toEqual(['-app.log', 'app.log.1.gz']);
  });

  it('a live file that begins like one that was told as lost is new', () => {
    const { put, look, names, disk, stream } = setUp();
    put('app.log', LONG);
    look();
    stream.newest?.close();
    disk.unlink('/logs/app.log');
    look();
    put('app.log', `${LONG}another\n`);
    look();
    expect(names()).toEqual(['-app.log deleted', 'app.log']);
  });

  it('a .gz with more than the file that is held has is another', () => {
    const { put, look, names, disk } = setUp();
    put('app.log', LONG);
    look();
    disk.unlink('/logs/app.log');
    put('app.log.1.gz', gzipSync(`${LONG}another\n`));
    look();
    expect(names()).toEqual(['-app.log', 'app.log.1.gz']);
  });

  it('two files that begin with all of one that is gone: neither is it', () => {
    const { put, look, names, disk, stream } = setUp();
    put('app.log', 'banner\n');
    look();
    stream.newest?.close();
    disk.unlink('/logs/app.log');
    put('app.log.2', 'banner\na\n');
    put('app.log.1', 'banner\n');
    look();
    expect(names()).toEqual(['-app.log deleted', 'app.log.2', 'app.log.1']);
  });

  it('a .gz that begins with NULs, as another file did: no proof either', () => {
    const { put, look, names, disk } = setUp();
    const hole = Buffer.alloc(2000);
    put('app.log', Buffer.concat([hole, Buffer.from(cri(1, 'a'))]));
    look();
    disk.unlink('/logs/app.log');
    put('app.log.1.gz', gzipSync(Buffer.concat([hole, Buffer.from(cri(2, 'b, and more'))])));
    look();
    expect(names()).toEqual(['-app.log', 'app.log.1.gz']);
  });
});

describe('rule 3: the same content as a generation whose file is still there', () => {
  it('is a copy, and ignored', () => {
    const { put, look, names, stream } = setUp();
    put('app.log', cri(1, 'a') + cri(2, 'b'));
    look();
    put('app.log.1', cri(1, 'a') + cri(2, 'b'));
    expect(look().isSettled).toBe(true);
    look(60_000);
    expect(names()).toEqual(['app.log']);
    expect(stream.asides.size).toBe(0);
  });

  it('also while the copy is still being made', () => {
    const { put, look, names } = setUp();
    put('app.log', cri(1, 'a') + cri(2, 'b'));
    look();
    put('app.log.1', cri(1, 'a'));
    look();
    look(60_000);
    expect(names()).toEqual(['app.log']);
  });
});

describe('rule 4: a rotated name that appears while the live file stays', () => {
  it('must first stand still, and is then read beside the stream', () => {
    const { put, look, names } = setUp();
    put('app.log', 'a\nb\n');
    look();
    put('app.log.1', 'something else\n');
    expect(look()).toMatchObject({ isSettled: false, strays: new Map() });
    expect(look(4000).isSettled).toBe(false);
    put('app.log.1', 'more\n');
    expect(look(4000).isSettled).toBe(false);
    const { isSettled, strays } = look(5001);
    expect(isSettled).toBe(true);
    expect([...strays.values()].map(({ file }) => file.path)).toEqual(['/logs/app.log.1']);
    expect(names()).toEqual(['app.log']);
  });
});

describe('a rotated name that appears while the live file stays, and goes again', () => {
  it('is told with its size: nobody has read it', () => {
    const { put, look, names, disk, openFiles } = setUp();
    put('app.log', cri(10, 'live'));
    look();
    put('app.log.1', cri(1, 'older'));
    expect(look().lost).toEqual([]);
    expect(openFiles()).toBe(2);
    disk.unlink('/logs/app.log.1');
    expect(look().lost).toMatchObject([{ path: '/logs/app.log.1', size: cri(1, 'older').length }]);
    expect(names()).toEqual(['app.log']);
    expect(openFiles()).toBe(1);
  });
});

describe('rule 5: what is new', () => {
  it('comes oldest first, by the time of its first line where names mislead', () => {
    const { put, look, names } = setUp();
    put('app.log.20261120-030000', cri(9, 'c'));
    put('app.log.20261120-020000', cri(5, 'a'));
    put('app.log.20261120-010000.gz', gzipSync(cri(7, 'b')));
    put('app.log', cri(1, 'd'));
    look();
    expect(names()).toEqual([
      'app.log.20261120-020000',
      'app.log.20261120-010000.gz',
      'app.log.20261120-030000',
      'app.log',
    ]);
  });

  it('is by number where lines have no time', () => {
    const { put, look, names } = setUp();
    for (const name of ['app.log.1', 'app.log.10', 'app.log.2', 'app.log']) put(name, `${name}\n`);
    look();
    expect(names()).toEqual(['app.log.10', 'app.log.2', 'app.log.1', 'app.log']);
  });

  it('is the plain file where its .gz stands beside it', () => {
    const { put, look, names } = setUp();
    put('app.log.1', 'a\n');
    put('app.log.1.gz', gzipSync('a\n'));
    look();
    expect(names()).toEqual(['app.log.1']);
  });
});

describe('a file that cannot be opened', () => {
  it('is told and looked at again; the rest is followed', () => {
    const faults: Faults & { fail?: Faults['fail'] } = {};
    const { put, look, names, unreadable } = setUp(faults);
    put('app.log.1', 'a\n');
    put('app.log', 'b\n');
    faults.fail = (call, path) => (call === 'open' && path.endsWith('.1') ? 'EACCES' : undefined);
    expect(look().isSettled).toBe(false);
    expect(unreadable).toEqual(['/logs/app.log.1']);
    expect(names()).toEqual(['app.log']);
  });
});

describe('what may be a copy of a file that cannot be opened', () => {
  const setUpUnreadable = () => {
    const fault = { isOn: true };
    const fail = (call: string, path: string): string | undefined =>
      fault.isOn && call === 'open' && path.endsWith('/app.log') ? 'EIO' : undefined;
    return { ...setUp({ fail }), fault };
  };

  it('is put off until that can be read', () => {
    const { put, look, names, fault } = setUpUnreadable();
    put('app.log', 'one\ntwo\n');
    put('app.log.1', 'one\nt');
    expect(look().isSettled).toBe(false);
    expect(names()).toEqual([]);
    fault.isOn = false;
    look();
    expect(names()).toEqual(['app.log']);
  });

  it('is waited for within reason', () => {
    const { put, look, names } = setUpUnreadable();
    put('app.log', 'one\ntwo\n');
    put('app.log.1', 'one\nt');
    look();
    look(31_000);
    expect(names()).toEqual(['app.log.1']);
  });
});

describe('several cuts between two looks', () => {
  it('are put in their order before what stands in the live file, though that was empty when it was seen last', () => {
    const { put, look, names, disk } = setUp();
    put('app.log', '');
    look();
    put('app.log.2', 'first\n');
    put('app.log.1', 'second\n');
    put('app.log', 'third\n');
    look();
    expect(names()).toEqual(['-app.log truncated', 'app.log.2', 'app.log.1', 'app.log']);
    expect(disk.names('/logs')).toHaveLength(3);
  });

  it('leave a copy alone that is still being made, until its file is cut', () => {
    const { put, look, names, disk } = setUp();
    put('app.log', 'one\ntwo\n');
    look();
    put('app.log.1', 'one\n');
    look();
    expect(names()).toEqual(['app.log']);
    put('app.log.1', 'two\n');
    put('app.log', 'after the copy\n');
    look();
    expect(names()).toEqual(['app.log']);
    disk.truncate(disk.create('/logs/app.log'), 0);
    look();
    expect(names()).toEqual(['app.log.1', 'app.log']);
  });

  it('say that a copy is shorter than what was seen of its file', () => {
    const { put, look, names, disk, stream } = setUp();
    put('app.log', 'one\n');
    look();
    put('app.log.1', 'one\n');
    put('app.log', 'after the copy\n');
    look();
    disk.truncate(disk.create('/logs/app.log'), 0);
    look();
    expect(names()).toEqual(['app.log.1', 'app.log']);
    expect(stream.generations[0]).toMatchObject({ size: 4, shortfall: { reason: 'truncated', size: 19 } });
  });

  it('say what is missing in a copy whose file nobody had read from', () => {
    const { put, look, names, disk, stream } = setUp();
    put('app.log', '');
    look();
    const copied = cri(1, 'x'.repeat(1100));
    put('app.log.1', copied);
    put('app.log', `${copied}after the copy\n`);
    stream.generations[0]?.look(2000);
    disk.truncate(disk.create('/logs/app.log'), 0);
    look();
    expect(names()).toEqual(['-app.log truncated', 'app.log.1', 'app.log']);
    expect(stream.generations[0]?.ending).toMatchObject({ reason: 'truncated', size: 15 });
  });

  it('take no later copy for a short one because it begins with the same banner', () => {
    const { put, look, names, disk, world } = setUp();
    put('app.log', LONG);
    look();
    put('app.log', 'one\ntwo\nthree\n');
    look();
    world.clock.stepWall(1000);
    put('app.log.1', `${LONG}four\n`);
    disk.truncate(disk.create('/logs/app.log'), 0);
    look();
    expect(names()).toEqual(['-app.log truncated', 'app.log.1', 'app.log']);
  });

  it('write both sizes of a short copy into the checkpoint: its own and what its file had', () => {
    const { put, look, disk, stream } = setUp();
    put('app.log', 'one\n');
    look();
    put('app.log.1', 'one\n');
    put('app.log', 'after the copy\n');
    look();
    disk.truncate(disk.create('/logs/app.log'), 0);
    look();
    expect(stream.generations[0]?.toRecord()).toMatchObject({ size: 4, cutSize: 19 });
  });

  it('let nobody read a first line before the directory was read after it', () => {
    const { put, look, stream } = setUp();
    put('app.log', '');
    look();
    put('app.log', 'one\n');
    stream.generations[0]?.look(2000);
    expect(stream.generations[0]).toMatchObject({ awaitsProof: true });
    look();
    expect(stream.generations[0]).toMatchObject({ awaitsProof: false, size: 4 });
  });
});

describe('a file that is removed before it could be judged', () => {
  /** Copied and cut twice while it was looked at; the older copy is removed then. */
  const cutTwice = () => {
    const all = setUp();
    const { put, look, lookInVain, disk } = all;
    put('app.log', 'zero\n');
    look();
    put('app.log.2', 'zero\none\n');
    put('app.log.1', 'second\n');
    disk.truncate(disk.create('/logs/app.log'), 0);
    put('app.log', 'third\n');
    return { ...all, lookInVain };
  };

  it('is read all the same, in its place: it is held open until then', () => {
    const { lookInVain, look, names, text, disk, stream } = cutTwice();
    lookInVain();
    disk.unlink('/logs/app.log.2');
    disk.unlink('/logs/app.log.1');
    look();
    expect(names()).toEqual(['-app.log.2', '-app.log.1', 'app.log']);
    expect([text(0), text(1), text(2)]).toEqual(['zero\none\n', 'second\n', 'third\n']);
    expect(stream.postponed.size).toBe(0);
  });

  it('is known under the name that it has when it is judged', () => {
    const { lookInVain, look, names, disk } = cutTwice();
    lookInVain();
    disk.rename('/logs/app.log.2', '/logs/app.log.3');
    disk.rename('/logs/app.log.1', '/logs/app.log.2');
    look();
    expect(names()).toEqual(['app.log.3', 'app.log.2', 'app.log']);
  });

  it('goes on in its .gz if it was packed', () => {
    const { lookInVain, look, names, put, disk } = cutTwice();
    lookInVain();
    disk.unlink('/logs/app.log.1');
    put('app.log.1.gz', gzipSync('second\n'));
    look();
    expect(names()).toEqual(['app.log.2', 'app.log.1.gz', 'app.log']);
  });

  /** As if it could not be held, and as if the agent that saw it had ended. */
  const seenAndLetGo = () => {
    const all = cutTwice();
    all.lookInVain(100, false);
    expect(all.openFiles()).toBe(1);
    expect(all.stream.postponed.records?.map(({ path, size }) => [path, size]).toSorted()).toEqual([
      ['/logs/app.log.1', 7],
      ['/logs/app.log.2', 9],
    ]);
    return all;
  };

  it('is told with its size if it could not be held', () => {
    const { look, names, disk, stream } = seenAndLetGo();
    disk.unlink('/logs/app.log.1');
    expect(look().lost).toMatchObject([{ path: '/logs/app.log.1', size: 7 }]);
    expect(names()).toEqual(['app.log.2', 'app.log']);
    expect(stream.postponed.records).toBeUndefined();
    expect(look().lost).toEqual([]);
  });

  it.each<readonly [string, (all: ReturnType<typeof cutTwice>) => void]>([
    ['has another name', ({ disk }) => disk.rename('/logs/app.log.1', '/logs/app.log.7')],
    [
      'was copied, with more behind it',
      ({ disk, put }) => {
        disk.unlink('/logs/app.log.1');
        put('app.log.1', 'second\nand more\n');
      },
    ],
    [
      'was packed',
      ({ disk, put }) => {
        disk.unlink('/logs/app.log.1');
        put('app.log.1.gz', gzipSync('second\n'));
      },
    ],
  ])('is not told if it could not be held and %s', (_, act) => {
    const all = seenAndLetGo();
    act(all);
    expect(all.look().lost).toEqual([]);
  });

  it('is not told if it could not be held and was a copy of what is there', () => {
    const { look, lookInVain, put, disk, stream } = setUp();
    put('app.log', cri(1, 'a'));
    look();
    put('app.log.1', cri(1, 'a'));
    lookInVain(100, false);
    expect(stream.postponed.records).toHaveLength(1);
    disk.unlink('/logs/app.log.1');
    put('app.log', cri(2, 'b'));
    expect(look().lost).toEqual([]);
  });

  it('waits to be told while a file that it may be cannot be read', () => {
    const hurt = { is: false };
    const { look, lookInVain, put, disk } = setUp({
      fail: (call, path) => (hurt.is && call === 'open' && path.endsWith('.3') ? 'EACCES' : undefined),
    });
    put('app.log', cri(9, 'live'));
    look();
    put('app.log.1', cri(1, 'older'));
    lookInVain(100, false);
    hurt.is = true;
    disk.unlink('/logs/app.log.1');
    put('app.log.3', cri(1, 'older'));
    expect(look().lost).toEqual([]);
    hurt.is = false;
    expect(look().lost).toEqual([]);
    disk.unlink('/logs/app.log.3');
    expect(look().lost).toMatchObject([{ path: '/logs/app.log.3' }]);
  });

  it('is closed with its stream', () => {
    const { lookInVain, adoption, stream, openFiles } = cutTwice();
    lookInVain();
    expect(openFiles()).toBe(3);
    adoption.close(stream);
    expect(openFiles()).toBe(0);
  });
});

describe('a rotated file without times', () => {
  /** Two generations that begin alike; the first was packed, read and closed. */
  const packed = () => {
    const made = setUp();
    const { put, look, disk, stream } = made;
    put('app.log', LONG);
    look();
    disk.rename('/logs/app.log', '/logs/app.log.1');
    put('app.log', `${LONG}second\n`);
    look();
    put('app.log.1.gz', gzipSync(LONG));
    disk.unlink('/logs/app.log.1');
    look();
    stream.generations[0]?.close();
    return made;
  };

  it('is not taken for one that was told as gone, though it begins with all that this held', () => {
    const { put, look, names, disk, stream } = packed();
    disk.unlink('/logs/app.log.1.gz');
    look();
    expect(stream.generations[0]).toMatchObject({ isEnded: true });
    disk.rename('/logs/app.log', '/logs/app.log.2');
    put('app.log.3', `${LONG}third\n`);
    look();
    expect(names()).toEqual(['-app.log.1.gz deleted', 'app.log.2']);
  });

  it('is not taken for one that was given up for its disk space', () => {
    const { put, look, names, disk, stream } = setUp();
    put('app.log', LONG);
    look();
    disk.unlink('/logs/app.log');
    put('app.log', 'next\n');
    look();
    stream.generations[0]?.end('held_bytes', LONG.length);
    stream.generations[0]?.close();
    disk.rename('/logs/app.log', '/logs/app.log.1');
    put('app.log.2', `${LONG}more\n`);
    put('app.log', 'last\n');
    look();
    expect(names()).toEqual(['-app.log held_bytes', 'app.log.1', 'app.log']);
  });

  it('is not taken for one that was packed, nor for an older one than its number tells', () => {
    const { put, look, names, disk } = packed();
    disk.unlink('/logs/app.log.1.gz');
    disk.rename('/logs/app.log', '/logs/app.log.2');
    put('app.log.1', LONG);
    look();
    expect(names()).toEqual(['-app.log.1.gz deleted', 'app.log.2', 'app.log.1']);
  });

  it('that is empty and older by its name than a known one is not put behind that', () => {
    const { put, look, names, disk } = setUp();
    put('app.log', 'one\n');
    look();
    disk.rename('/logs/app.log', '/logs/app.log.20261120-201954');
    put('app.log.20261120-201953', '');
    look();
    expect(names()).toEqual(['app.log.20261120-201954']);
  });
});

describe('a copy that is there when its file is seen first', () => {
  it('is ignored while its file holds what it holds, and takes over when that is cut', () => {
    const { put, look, names, disk } = setUp();
    put('app.log', 'one\ntwo\n');
    put('app.log.1', 'one\n');
    look();
    expect(names()).toEqual(['app.log']);
    put('app.log.1', 'two\n');
    look();
    disk.truncate(disk.create('/logs/app.log'), 0);
    look();
    expect(names()).toEqual(['app.log.1', 'app.log']);
  });

  it('is ignored while it is empty', () => {
    const { put, look, names } = setUp();
    put('app.log', 'one\n');
    put('app.log.1', '');
    look();
    put('app.log.1', 'one\n');
    look();
    expect(names()).toEqual(['app.log']);
  });

  it('is none if it was born before the file that begins like it', () => {
    const { put, look, names } = setUp();
    put('app.log.1', 'one\n');
    put('app.log', 'one\ntwo\n');
    look();
    expect(names()).toEqual(['app.log.1', 'app.log']);
  });
});
