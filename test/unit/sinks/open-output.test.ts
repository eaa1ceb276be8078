import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { OutputState } from '../../../src/checkpoint/state.ts';
import { positionAt } from '../../../src/core/position.ts';
import type { Sink } from '../../../src/deliver/sink.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import { openOutput } from '../../../src/sinks/open-output.ts';
import { Events } from '../../../src/telemetry/events.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { batchOf, FakeSink } from '../deliver/delivery.ts';

const SETTINGS = {
  name: 'out',
  type: 'file',
  format: 'raw',
  recordId: false,
  gap: 'off',
  color: false,
} as const;
const KNOWN: OutputState = {
  type: 'file',
  positions: new Map([['a', positionAt(3, 14)]]),
  ledger: { delivered: { records: 5, bytes: 50 }, gaps: [], recent: [] },
  sink: { length: 50 },
};

const setUp = (known?: OutputState) => {
  const clock = new FakeClock(0);
  const sink = new FakeSink();
  const said: string[] = [];
  const closing: { tell: (error: Error) => void } = { tell: () => undefined };
  const port = clock.forProcess(() => true);
  const open = (other: Sink = sink) =>
    openOutput(
      SETTINGS,
      { inFlightBytes: 1024, readShareBytes: 1 },
      {
        known,
        newSink: (onClosed) => {
          closing.tell = onClosed;
          return other;
        },
        clock: port,
        kernel: typescriptKernel(),
        events: new Events(pino({}, { write: (line: string) => said.push(line) }), () => clock.monotonic),
        onProgress: () => said.push('progress'),
      },
    );
  return { clock, sink, said, closing, open };
};

describe('an output that is opened', () => {
  it('goes on where the checkpoint says, with its ledger', async () => {
    const output = await setUp(KNOWN).open();
    expect([output.isNew, output.positionOf('a'), output.ledger.records]).toEqual([
      false,
      positionAt(3, 14),
      5,
    ]);
  });

  it('is new where the checkpoint says nothing', async () => {
    const output = await setUp().open();
    expect([output.isNew, output.ledger.records]).toEqual([true, 0]);
  });

  it('hands its sink the state that was saved', async () => {
    const { sink, open } = setUp(KNOWN);
    const states: unknown[] = [];
    sink.open = (state?: unknown) => {
      states.push(state);
      return Promise.resolve(0);
    };
    await open();
    expect(states).toEqual([{ length: 50 }]);
  });

  it('tells what is missing at its destination, and enters it into the ledger', async () => {
    const { sink, said, open } = setUp(KNOWN);
    sink.open = () => Promise.resolve(20);
    const output = await open();
    expect(output.ledger.toRecord().gaps).toEqual([
      { reason: 'output_lost', events: 1, bytes: 20, unknownEvents: 0 },
    ]);
    expect(said.join('')).toContain('"reason":"output_lost"');
  });

  it('says which output it was, and why, when it cannot be opened', async () => {
    const { sink, open } = setUp();
    sink.open = () => Promise.reject(new Error('EACCES: /out/app.log'));
    await expect(open()).rejects.toMatchObject({
      code: 'output_failed',
      message:
        'output out cannot be opened: EACCES: /out/app.log; choose another place, or make this one writable',
    });
  });

  it('is closed when its sink says that the reader is gone', async () => {
    const { closing, said, open } = setUp();
    const output = await open();
    closing.tell(new Error('EPIPE'));
    expect(output.closedBy?.message).toBe('EPIPE');
    expect(said).toEqual(['progress']);
  });

  it('says once that it is in trouble, and once that it works again', async () => {
    const { clock, sink, said, open } = setUp();
    const output = await open();
    const busy = { kind: 'transient', error: new Error('503') } as const;
    sink.answers.push(busy, busy);
    output.accept(batchOf('a', ''));
    output.accept({ ...batchOf('a', 'x\n'), bytes: Buffer.from('x\n') });
    output.flush();
    await clock.advance(1000);
    const logged = said.filter((line) => line !== 'progress');
    expect(logged).toHaveLength(2);
    expect(logged[0]).toContain('503');
  });
});
