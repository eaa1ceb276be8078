import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { renderStatus, type Status, type StreamStatus } from '../../../src/cli/status-view.ts';
import { runFake } from './fake-world.ts';

const now = Date.UTC(2026, 10, 20, 12);
const view = { now, isColored: false, showsAll: false };

const stream = (name: string, lagBytes: number): StreamStatus => ({
  key: name,
  name,
  lagBytes,
  lagSeconds: lagBytes === 0 ? 0 : 2.5,
  generations: [
    {
      sequence: 1,
      file: '0.log.20261120-115000.gz',
      state: 'compressed',
      sizeBytes: 10_485_760,
      offset: 10_485_760,
    },
    { sequence: 2, file: '0.log', state: 'live', sizeBytes: 20_000 + lagBytes, offset: 20_000 },
  ],
});

const status: Status = {
  agent: { running: true, pid: 4711, host: 'node-7', startedAt: '2026-11-18T08:00:00Z' },
  outputs: [
    {
      name: 'archive',
      type: 'file',
      streams: [stream('shop/web-0/app', 0), stream('shop/web-1/app', 150_000)],
      ledger: {
        delivered: { records: 1_234_567, bytes: 3_650_722_201 },
        gaps: [
          { reason: 'truncated', events: 3, bytes: 1_258_291, unknownEvents: 1 },
          { reason: 'deleted', events: 1, bytes: 0, unknownEvents: 1 },
        ],
        recent: [
          {
            time: '2026-11-20T11:59:00Z',
            stream: 'shop/web-1/app',
            reason: 'truncated',
            bytes: 312,
            file: '0.log',
            from: 10_485_000,
          },
          {
            time: '2026-11-20T11:59:30Z',
            stream: 'shop/web-1/app',
            reason: 'deleted',
            bytes: null,
            file: '0.log.1',
            from: 0,
          },
        ],
      },
    },
    {
      name: 'stdout',
      type: 'stdout',
      streams: [],
      ledger: { delivered: { records: 1, bytes: 200 }, gaps: [], recent: [] },
    },
  ],
};

describe('birler status', () => {
  it('shows the agent, and for each output what was delivered, lost, and is still to come', () => {
    expect(renderStatus(status, view)).toBe(`birler on node-7 is running (pid 4711, for 2d 4h).

Output archive (file)
  delivered: 1,234,567 records, 3.4 GiB
  lost (truncated): 1.2 MiB and 1 × unknown size in 3 events
  lost (deleted): unknown size in 1 event
  LOST AT               STREAM          WHY        HOW MUCH  FILE      FROM BYTE
  2026-11-20T11:59:00Z  shop/web-1/app  truncated     312 B  0.log    10,485,000
  2026-11-20T11:59:30Z  shop/web-1/app  deleted     unknown  0.log.1           0
  2 streams, 1 behind, by 146 KiB
  STREAM          FILE   STATE  POSITION     SIZE      LAG    AGE
  shop/web-1/app  0.log  live     20,000  170,000  146 KiB  2.5 s
  shop/web-0/app  0.log  live     20,000   20,000        -

Output stdout
  delivered: 1 record, 200 B
  no losses
  no streams yet
`);
  });

  it('says where a stopped agent stopped', () => {
    const stopped: Status = { agent: { running: false, host: 'node-7' }, outputs: [] };
    expect(renderStatus(stopped, view)).toBe(
      'birler on node-7 is not running; this is where it stopped.\n\nNothing was delivered yet.\n',
    );
  });

  it('colours losses red without moving a column', () => {
    const colored = renderStatus(status, { ...view, isColored: true });
    expect(colored).toContain('\u001B[31mlost (truncated)');
    expect(colored).toContain('\u001B[32m  no losses');
    expect(stripVTControlCharacters(colored)).toBe(renderStatus(status, view));
  });

  it('shows the streams that are furthest behind, and all when asked to', () => {
    const streams = Array.from({ length: 500 }, (_, index) => stream(`ns/pod-${index}/c`, index * 1000));
    const [output] = status.outputs;
    const many: Status = { ...status, outputs: output === undefined ? [] : [{ ...output, streams }] };
    const short = renderStatus(many, view);
    expect(short.split('\n').length).toBeLessThan(40);
    expect(short).toContain('ns/pod-499/c');
    expect(short).toContain('… and 480 streams more, less far behind; --all shows them');
    const all = renderStatus(many, { ...view, showsAll: true });
    expect(all).toContain('ns/pod-0/c');
    expect(all).toContain('0.log.20261120-115000.gz');
  });

  it('shows no control characters of a stranger’s file name', () => {
    const evil = stream('a\u001B[2Jb', 1);
    const [output] = status.outputs;
    const text = renderStatus(
      { ...status, outputs: output === undefined ? [] : [{ ...output, streams: [evil] }] },
      view,
    );
    expect(text).toContain('a\u{FFFD}[2Jb');
    expect(text).not.toContain('\u001B');
  });

  it('prints everything as JSON for programs', async () => {
    const { code, stdout } = await runFake(['status', '--state', '/s', '--json'], { status });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(status);
    expect((await runFake(['status', '--state', '/s'], { status })).stdout).toBe(renderStatus(status, view));
  });
});
