import { describe, expect, it } from 'vitest';
import { PARTIAL, TRUNCATED } from '../../../src/core/record-table.ts';
import { type Chunk, LineReader } from '../../../src/tail/line-reader.ts';
import { addGeneration, MemoryFile, newStream, newTools, OVERHEAD_BYTES } from './setup.ts';

const SHARE = 512;
const LINE = 1024;
/** What fits into the input, newline included. */
const INPUT = LINE + OVERHEAD_BYTES;

const setUp = (content: string | Uint8Array) => {
  const tools = newTools({ readShareBytes: SHARE, lineBytes: LINE });
  const stream = newStream();
  const file = new MemoryFile().write(content);
  const generation = addGeneration(stream, file);
  const reader = new LineReader(tools);
  const next = (finished = false): Chunk => reader.next(generation, stream, finished);
  /** Reads and takes until nothing more comes; what stood in the input, and what was cut off. */
  const all = (finished = false) => {
    const lines: string[] = [];
    let oversizeBytes = 0;
    let turns = 0;
    for (let chunk = next(finished); turns < 10_000; chunk = next(finished), turns++) {
      if (chunk.kind === 'pending' || (chunk.kind === 'none' && chunk.isAtEnd)) break;
      if (chunk.kind === 'none') continue;
      lines.push(...tools.region.bytes.toString('latin1', 0, chunk.end - 1).split('\n'));
      oversizeBytes += chunk.oversizeBytes;
      reader.take(chunk.sourceBytes);
    }
    return { lines, oversizeBytes, turns };
  };
  return { tools, file, generation, reader, next, all };
};

const x = (length: number): string => 'x'.repeat(length);

describe('lines that fit', () => {
  it.each([SHARE - 1, SHARE, SHARE + 1, INPUT - 1, INPUT])(
    'of %i bytes with their newline are whole',
    (length) => {
      const { all, reader, file } = setUp(`${x(length - 1)}\nnext\n`);
      expect(all()).toMatchObject({ lines: [x(length - 1), 'next'], oversizeBytes: 0 });
      expect(reader.offset).toBe(file.bytes.length);
    },
  );

  it('come as many at a time as the share holds', () => {
    const { next } = setUp(`${x(99)}\n`.repeat(20));
    expect(next()).toMatchObject({ kind: 'lines', sourceBytes: 500, isAtEnd: false, oversizeBytes: 0 });
  });

  it('are read again where a decoder stopped early', () => {
    const { next, reader, tools } = setUp('one\ntwo\nthree\n');
    expect(next()).toMatchObject({ kind: 'lines', sourceBytes: 14 });
    reader.take(4);
    const chunk = next();
    expect(chunk).toMatchObject({ kind: 'lines', sourceBytes: 10, isAtEnd: true });
    expect(tools.region.bytes.toString('latin1', 0, 10)).toBe('two\nthree\n');
  });
});

describe('a line that does not fit', () => {
  it.each([INPUT + 1, INPUT + 2, 2 * INPUT, 10 * INPUT + 7])(
    'of %i bytes is cut, counted, and the next one whole',
    (length) => {
      const { all, reader, file } = setUp(`first\n${x(length - 1)}\nnext\n`);
      expect(all()).toMatchObject({ lines: ['first', x(INPUT - 1), 'next'], oversizeBytes: length - INPUT });
      expect(reader.offset).toBe(file.bytes.length);
    },
  );

  it('is flagged, and is the only line of its chunk', () => {
    const { next, reader } = setUp(`${x(3 * INPUT)}\nnext\n`);
    const chunk = next();
    expect(chunk).toMatchObject({ kind: 'lines', lineFlags: TRUNCATED, end: INPUT, isAtEnd: false });
    reader.take(chunk.kind === 'lines' ? chunk.sourceBytes : 0);
    expect(next()).toMatchObject({ kind: 'lines', lineFlags: 0, sourceBytes: 5 });
  });

  it('and has no end is looked through a few inputs a turn, each of its bytes once', () => {
    const { next, file } = setUp(x(20 * INPUT));
    let turns = 1;
    for (let chunk = next(); chunk.kind === 'none' && !chunk.isAtEnd; chunk = next()) turns++;
    expect(turns).toBeGreaterThan(3);
    // The head is looked at in every turn; the rest is not.
    expect(file.bytesRead).toBeLessThan(20 * INPUT + (turns + 2) * 2 * INPUT);
    file.write(x(10));
    const before = file.bytesRead;
    expect(next()).toEqual({ kind: 'none', isAtEnd: true });
    expect(file.bytesRead - before).toBeLessThan(3 * INPUT);
  });

  it('and whose file is finished is cut, counted and marked', () => {
    const { next } = setUp(x(2 * INPUT));
    expect(next(true)).toMatchObject({
      kind: 'lines',
      lineFlags: TRUNCATED | PARTIAL,
      sourceBytes: 2 * INPUT,
      oversizeBytes: INPUT + 1,
    });
  });

  it('but ends with a newline when it is looked at next, comes then', () => {
    const { next, all, file } = setUp(x(2 * INPUT));
    expect(next()).toEqual({ kind: 'none', isAtEnd: true });
    file.write('\nnext\n');
    expect(all()).toMatchObject({ lines: [x(INPUT - 1), 'next'], oversizeBytes: INPUT + 1 });
  });
});

describe('an unfinished line', () => {
  it('is left until it has its newline', () => {
    const { next, all, file } = setUp('done\nhalf');
    expect(all()).toMatchObject({ lines: ['done'] });
    file.write(' and whole');
    expect(next()).toEqual({ kind: 'none', isAtEnd: true });
    file.write('\n');
    expect(all()).toMatchObject({ lines: ['half and whole'] });
  });

  it('that grows beyond the share and the input in many steps comes once', () => {
    const { next, all, file } = setUp('start\n');
    all();
    for (let step = 0; step < 60; step++) {
      file.write(x(100));
      expect(next()).toEqual({ kind: 'none', isAtEnd: true });
    }
    file.write('\n');
    expect(all()).toMatchObject({ lines: [x(INPUT - 1)], oversizeBytes: 6001 - INPUT });
  });

  it('of a finished file is ended, marked, and not counted as a loss', () => {
    const { next } = setUp('half');
    expect(next(true)).toMatchObject({ kind: 'lines', lineFlags: PARTIAL, sourceBytes: 4, oversizeBytes: 0 });
  });

  it('of a finished file may fill the input but for one byte', () => {
    for (const length of [INPUT - 1, INPUT]) {
      const { all } = setUp(x(length));
      const { lines, oversizeBytes } = all(true);
      expect([lines[0]?.length, oversizeBytes]).toEqual([INPUT - 1, length - INPUT + 1]);
    }
  });
});

describe('the format and the seed of a file', () => {
  it('wait for the first line to be whole', () => {
    const { next, generation, file } = setUp('2026-11-20T20:19:53Z stdout F he');
    expect(next()).toEqual({ kind: 'pending' });
    expect(generation.format).toBeUndefined();
    file.write('llo\n');
    expect(next()).toMatchObject({ kind: 'lines' });
    expect(generation.format).toBe('cri');
  });

  it('are the same whether reading begins at the start or further on', () => {
    const [first, later] = [setUp('one\ntwo\n'), setUp('one\ntwo\n')];
    later.reader.enter(4);
    first.next();
    later.next();
    expect(later.generation.seed).toEqual(first.generation.seed);
  });

  it('wait while an inflater works', () => {
    const { next, file } = setUp('one\n');
    file.isReady = false;
    expect(next()).toEqual({ kind: 'pending' });
    file.isReady = true;
    expect(next()).toMatchObject({ kind: 'lines', sourceBytes: 4 });
  });
});

describe('a hole of NULs at the start', () => {
  const hole = (length: number, rest: string): Buffer =>
    Buffer.concat([Buffer.alloc(length), Buffer.from(rest)]);

  it.each([1024, INPUT, INPUT + 1, 50 * INPUT])(
    'of %i bytes is stepped over and counted as such',
    (length) => {
      const { all, tools, reader, generation } = setUp(hole(length, '2026-11-20T20:19:53Z stdout F a\n'));
      expect(all()).toMatchObject({ lines: ['2026-11-20T20:19:53Z stdout F a'], oversizeBytes: 0 });
      expect(generation.format).toBe('cri');
      expect(tools.context.nulBytes).toBe(length);
      expect(reader.offset).toBe(length + 32);
    },
  );

  it('with nothing behind it yet is waited at, and counted once', () => {
    const { next, all, file, tools } = setUp(hole(20 * INPUT, ''));
    for (let chunk = next(); chunk.kind === 'none' && !chunk.isAtEnd; chunk = next());
    expect(next()).toEqual({ kind: 'pending' });
    file.write(hole(100, 'a\n'));
    expect(all()).toMatchObject({ lines: ['a'], oversizeBytes: 0 });
    expect(tools.context.nulBytes).toBe(20 * INPUT + 100);
  });

  it('that is all there is of a finished file leaves nothing to deliver', () => {
    const { all, tools } = setUp(hole(3000, ''));
    expect(all(true)).toMatchObject({ lines: [], oversizeBytes: 0 });
    expect(tools.context.nulBytes).toBe(3000);
  });

  it('does not move a reader that stands behind it', () => {
    const { all, reader, tools } = setUp(hole(3000, 'a\nb\n'));
    reader.enter(3002);
    expect(all()).toMatchObject({ lines: ['b'] });
    expect(tools.context.nulBytes).toBe(0);
  });
});
