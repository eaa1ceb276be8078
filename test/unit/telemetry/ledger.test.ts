import { describe, expect, it } from 'vitest';
import type { Gap } from '../../../src/core/gap.ts';
import { Ledger, parseLedger } from '../../../src/telemetry/ledger.ts';

const gap = (reason: Gap['reason'], bytes: number | null, from = 0): Gap => ({
  reason,
  bytes,
  generation: 2,
  file: '0.log.20261120-201953',
  from,
});

const setUp = (record?: unknown) => {
  const told: string[] = [];
  const ledger = new Ledger(
    parseLedger(record),
    () => 1_795_205_993_000,
    (streamKey, { reason }) => told.push(`${streamKey} ${reason}`),
  );
  return { ledger, told };
};

describe('the ledger', () => {
  it('adds up what was lost by reason, and counts apart what nobody can measure', () => {
    const { ledger } = setUp();
    ledger.lose('a', gap('deleted', 100));
    ledger.lose('b', gap('deleted', 20));
    ledger.lose('a', gap('deleted', null));
    ledger.lose('a', gap('truncated', 0));
    expect(ledger.toRecord().gaps).toEqual([
      { reason: 'deleted', events: 3, bytes: 120, unknownEvents: 1 },
      { reason: 'truncated', events: 1, bytes: 0, unknownEvents: 0 },
    ]);
  });

  it('counts what was delivered', () => {
    const { ledger } = setUp();
    ledger.deliver(3, 300);
    ledger.deliver(1, 50);
    expect(ledger.toRecord().delivered).toEqual({ records: 4, bytes: 350 });
    expect(ledger.records).toBe(4);
  });

  it('counts every record of a parcel that was refused', () => {
    const { ledger } = setUp();
    ledger.reject(7, 700);
    ledger.reject(1, 10);
    expect(ledger.toRecord().gaps).toEqual([{ reason: 'rejected', events: 8, bytes: 710, unknownEvents: 0 }]);
  });

  it('tells of each loss once, and where the bytes were', () => {
    const { ledger, told } = setUp();
    ledger.lose('a', gap('corrupt', 5, 77));
    expect(told).toEqual(['a corrupt']);
    expect(ledger.toRecord().recent).toEqual([
      {
        timeMs: 1_795_205_993_000,
        stream: 'a',
        reason: 'corrupt',
        bytes: 5,
        file: '0.log.20261120-201953',
        from: 77,
      },
    ]);
  });

  it('keeps the last fifty losses one by one, and the totals of all', () => {
    const { ledger } = setUp();
    for (let loss = 0; loss < 120; loss++) ledger.lose('a', gap('late_write', 1, loss));
    const { recent, gaps } = ledger.toRecord();
    expect(recent.map(({ from }) => from)).toEqual(Array.from({ length: 50 }, (_, index) => 70 + index));
    expect(gaps).toEqual([{ reason: 'late_write', events: 120, bytes: 120, unknownEvents: 0 }]);
  });

  it('goes on after a restart where it was', () => {
    const { ledger } = setUp();
    ledger.deliver(3, 300);
    ledger.lose('a', gap('deleted', 9));
    const saved = ledger.toRecord();
    const again = setUp(JSON.parse(JSON.stringify(saved))).ledger;
    expect(again.toRecord()).toEqual(saved);
    again.lose('a', gap('deleted', 1));
    again.deliver(1, 1);
    expect(again.toRecord()).toMatchObject({
      delivered: { records: 4, bytes: 301 },
      gaps: [{ reason: 'deleted', events: 2, bytes: 10 }],
    });
    expect(saved.recent).toHaveLength(1);
  });

  it('is empty where the checkpoint says nothing that can be read', () => {
    for (const value of [
      undefined,
      null,
      3,
      {},
      { delivered: { records: -1, bytes: 0 }, gaps: [], recent: [] },
    ]) {
      expect(setUp(value).ledger.toRecord()).toEqual({
        delivered: { records: 0, bytes: 0 },
        gaps: [],
        recent: [],
      });
    }
  });
});
