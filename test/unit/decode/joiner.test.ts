import { describe, expect, it } from 'vitest';
import type { Piece } from '../../../src/core/decoder.ts';
import { CARRIED, JOINED, PARTIAL, STDERR, STREAM_KNOWN, TRUNCATED } from '../../../src/core/record-table.ts';
import { Region } from '../../../src/core/region.ts';
import { PartialJoiner } from '../../../src/decode/joiner.ts';
import { PartialBudget } from '../../../src/decode/partial-budget.ts';
import { newPiece } from '../../../src/decode/rows.ts';

const TIME = '2026-11-20T21:05:27Z';
const MAX = 10_000;

class Bench {
  readonly region: Region;
  readonly budget: PartialBudget;
  readonly joiner: PartialJoiner;

  constructor(budgetBytes = 1_000_000, arenaBytes = MAX + 35) {
    this.region = new Region(20_000, arenaBytes);
    this.budget = new PartialBudget(budgetBytes);
    this.joiner = new PartialJoiner(MAX, this.budget);
  }

  piece(message: string, sourceOffset: number, flags = STREAM_KNOWN): Piece {
    const { region } = this;
    region.bytes.write(TIME + message, region.inputStart, 'latin1');
    const timeEnd = region.inputStart + TIME.length;
    const spans = { timeStart: region.inputStart, timeEnd, messageStart: timeEnd };
    return { ...newPiece(), ...spans, messageEnd: timeEnd + message.length, sourceOffset, flags, seconds: 7 };
  }

  text(piece: Piece): string {
    return this.region.bytes.toString('latin1', piece.messageStart, piece.messageEnd);
  }

  time(piece: Piece): string {
    return this.region.bytes.toString('latin1', piece.timeStart, piece.timeEnd);
  }
}

describe('PartialJoiner', () => {
  it('joins the pieces of each channel by themselves', () => {
    const on = new Bench();
    expect(on.joiner.append(0, on.region, on.piece('out 1,', 100))).toBe(true);
    expect(on.joiner.append(1, on.region, on.piece('err 1,', 200, STREAM_KNOWN | STDERR))).toBe(true);
    expect(on.joiner.append(0, on.region, on.piece('out 2,', 300))).toBe(true);
    const record = on.piece('out 3', 400);
    expect(on.joiner.complete(0, on.region, record)).toBe(true);
    expect([on.text(record), record.sourceOffset, record.flags]).toEqual([
      'out 1,out 2,out 3',
      100,
      STREAM_KNOWN | JOINED,
    ]);
    expect([on.joiner.isOpen(0), on.joiner.isOpen(1)]).toEqual([false, true]);
  });

  it('marks a record that was begun in an earlier generation, and gives the seed of that one', () => {
    const bench = new Bench();
    const { joiner, region } = bench;
    const seed = { high: 1, low: 2 };
    joiner.enter(4, seed);
    joiner.append(0, region, bench.piece('a', 900));
    joiner.enter(5, { high: 3, low: 4 });
    joiner.append(0, region, bench.piece('b', 0));
    expect(joiner.first(0)).toEqual({ generation: 4, offset: 900, seed });
    const record = bench.piece('c', 30);
    joiner.complete(0, region, record);
    joiner.append(0, region, bench.piece('d', 60));
    expect([bench.text(record), record.sourceOffset, record.flags & CARRIED]).toEqual(['abc', 900, CARRIED]);
    expect(joiner.carriedSeed(0)).toBe(seed);
    expect(joiner.first(0)?.generation).toBe(5);
    const next = bench.piece('e', 90);
    joiner.complete(0, region, next);
    expect(next.flags & CARRIED).toBe(0);
  });

  it('says since when a record is open', () => {
    const bench = new Bench();
    const { joiner, region } = bench;
    joiner.now = 5;
    joiner.append(1, region, bench.piece('a', 0));
    joiner.now = 9;
    joiner.append(1, region, bench.piece('b', 0));
    expect([joiner.openSince(0), joiner.openSince(1)]).toEqual([undefined, 5]);
  });

  it('flushes a record that was never closed, with the time of its last piece', () => {
    const bench = new Bench();
    const { joiner, region, budget } = bench;
    joiner.append(1, region, bench.piece('never ', 10, STREAM_KNOWN | STDERR));
    joiner.append(1, region, bench.piece('closed', 50, STREAM_KNOWN | STDERR));
    region.bytes.fill(0x23, region.inputStart, region.arenaStart);
    const record = newPiece();
    expect(joiner.flush(1, region, record)).toBe(true);
    expect([bench.text(record), bench.time(record)]).toEqual(['never closed', TIME]);
    expect([record.sourceOffset, record.seconds, record.nanoseconds]).toEqual([10, 7, 0]);
    expect(record.flags).toBe(PARTIAL | JOINED | STREAM_KNOWN | STDERR);
    expect(region.arenaUsed).toBe(record.messageEnd);
    expect([joiner.isOpen(1), budget.usedBytes]).toEqual([false, 0]);
  });

  it('changes nothing when the arena has no room', () => {
    const bench = new Bench();
    const { joiner, region } = bench;
    joiner.append(0, region, bench.piece('x'.repeat(6000), 0));
    region.arenaUsed = region.arenaEnd - 6001;
    const last = bench.piece('yy', 5);
    expect(joiner.complete(0, region, last)).toBe(false);
    expect(joiner.flush(0, region, newPiece())).toBe(false);
    expect(last).toEqual(bench.piece('yy', 5));
    region.clearArena();
    expect(joiner.complete(0, region, last)).toBe(true);
    expect(bench.text(last)).toBe(`${'x'.repeat(6000)}yy`);
  });

  it('keeps no more of an endless record than the longest message, and counts the rest', () => {
    const bench = new Bench();
    const { joiner, region, budget } = bench;
    for (let index = 0; index < 1000; index++) joiner.append(0, region, bench.piece('x'.repeat(300), index));
    expect([joiner.openBytes(0), budget.usedBytes]).toEqual([MAX, MAX + 35]);
    const last = bench.piece('end', 1000);
    joiner.complete(0, region, last);
    expect([last.messageEnd - last.messageStart, last.oversizeBytes]).toEqual([MAX, 300_000 + 3 - MAX]);
    expect(last.flags).toBe(STREAM_KNOWN | JOINED | TRUNCATED);
  });

  it('refuses a piece for which there is no memory, and changes nothing', () => {
    const bench = new Bench(3000);
    const { joiner, region, budget } = bench;
    expect(joiner.append(0, region, bench.piece('a'.repeat(1000), 1))).toBe(true);
    expect(joiner.append(0, region, bench.piece('b'.repeat(1500), 2))).toBe(false);
    expect(joiner.append(1, region, bench.piece('c'.repeat(2000), 3))).toBe(false);
    expect([joiner.isOpen(1), joiner.openBytes(0), budget.usedBytes]).toEqual([false, 1000, 1059]);
    const last = bench.piece('b'.repeat(1500), 2);
    expect(joiner.complete(0, region, last)).toBe(true);
    expect([bench.text(last).length, budget.usedBytes]).toEqual([2500, 0]);
  });

  it('forgets what is open, and gives its memory back', () => {
    const bench = new Bench();
    const { joiner, region, budget } = bench;
    joiner.append(0, region, bench.piece('', 1));
    joiner.append(1, region, bench.piece('b', 2));
    expect(budget.usedBytes).toBe(2 * 1059);
    joiner.reset();
    expect([joiner.isOpen(0), joiner.isOpen(1), budget.usedBytes]).toEqual([false, false, 0]);
  });
});
