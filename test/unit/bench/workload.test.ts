import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, statSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generateLog } from '../../bench/workload/log-file.ts';
import { JSON_ONLY, MIXED, SHORT, UNICODE } from '../../bench/workload/mix.ts';
import { provideNode } from '../../bench/workload/node-directory.ts';
import { RecordSource } from '../../bench/workload/records.ts';
import { makeStreams, type StreamAccount } from '../../bench/workload/streams.ts';
import { makeWorkload } from '../../bench/workload/workloads.ts';
import { TempDir } from '../../support/temp-dir.ts';

const generate = (mix = MIXED, seed = 1, bytes = 400_000): { text: string; account: StreamAccount } => {
  const [spec] = makeStreams(1, seed, mix);
  if (spec === undefined) throw new Error('broken invariant: one stream was asked for');
  const parts: Buffer[] = [];
  const account = generateLog(spec, bytes, (part) => parts.push(Buffer.from(part)));
  return { text: Buffer.concat(parts).toString(), account };
};

describe('the generator of workloads', () => {
  it('makes the same bytes from the same seed, and others from another', () => {
    const first = generate();
    expect(generate()).toEqual(first);
    expect(generate(MIXED, 2).account.sha256).not.toBe(first.account.sha256);
  });

  it('keeps the bytes of the past: with other bytes old figures would mean other work', () => {
    expect(generate().account.sha256.slice(0, 16)).toBe('2778d69e7a6721f1');
  });

  it('accounts for exactly what it wrote', () => {
    const { text, account } = generate();
    const lines = text.trimEnd().split('\n');
    expect(account.bytes).toBe(Buffer.byteLength(text));
    expect(account.lines).toBe(lines.length);
    expect(account.records).toBe(lines.filter((line) => / std(out|err) F /.test(line)).length);
    expect(account.sha256).toBe(createHash('sha256').update(text).digest('hex'));
  });

  it('ends a file with the record that reaches the size', () => {
    const { account } = generate(SHORT, 1, 10_000);
    expect(account.bytes).toBeGreaterThanOrEqual(10_000);
    expect(account.bytes).toBeLessThan(10_100);
  });

  it('writes lines as a runtime does, with times that only grow', () => {
    const { text } = generate();
    let last = '';
    for (const line of text.trimEnd().split('\n')) {
      const [, time = ''] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z) std(?:out|err) [PF] /.exec(line) ?? [];
      expect(time > last).toBe(true);
      last = time;
    }
  });

  it('mixes as it says: 200 bytes a line, a hundredth of them pieces, a tenth JSON, a tenth stderr', () => {
    const { text, account } = generate(MIXED, 1, 8_000_000);
    const lines = text.trimEnd().split('\n');
    const share = (pattern: RegExp): number =>
      lines.filter((line) => pattern.test(line)).length / lines.length;
    const partial = share(/ std(out|err) P /);
    expect(account.bytes / account.lines).toBeGreaterThan(185);
    expect(account.bytes / account.lines).toBeLessThan(215);
    expect(partial).toBeGreaterThan(0.004);
    expect(partial).toBeLessThan(0.007);
    expect(share(/ F \{"level"/)).toBeCloseTo(0.1, 1);
    expect(share(/ stderr /)).toBeCloseTo(0.1, 1);
    expect(lines.filter((line) => line.includes('\u001b[')).length / lines.length).toBeGreaterThan(0.02);
    expect(share(/\p{L}(?<![a-zA-Z])/u)).toBeGreaterThan(0.03);
  });

  it('gives the other mixes the lines that their names promise', () => {
    const messages = (mix: typeof MIXED): readonly string[] =>
      generate(mix)
        .text.trimEnd()
        .split('\n')
        .map((line) => line.slice(40));
    expect(messages(SHORT).every((message) => message.length <= 40)).toBe(true);
    for (const message of messages(JSON_ONLY)) expect(JSON.parse(message)).toHaveProperty('seq');
    const foreign = messages(UNICODE).join('');
    expect(Buffer.byteLength(foreign)).toBeGreaterThan(1.5 * foreign.length);
  });

  it('numbers the records of a stream from 0 and gives each one shape for every format', () => {
    const [spec] = makeStreams(1, 7, MIXED);
    if (spec === undefined) throw new Error('broken invariant: one stream was asked for');
    const source = new RecordSource(spec);
    const buffer = Buffer.alloc(256 * 1024);
    for (let record = 0; record < 2_000; record++) {
      source.advance();
      expect(source.sequence).toBe(record);
      const cri = buffer.toString('utf8', 0, source.putCri(buffer, 0)).trimEnd().split('\n');
      const joined = buffer.toString('latin1', 0, source.putCri(buffer, 0)).trimEnd().split('\n');
      const raw = buffer.toString('utf8', 0, source.putRaw(buffer, 0));
      const json = JSON.parse(buffer.toString('utf8', 0, source.putJson(buffer, 0))) as {
        readonly time: string;
        readonly log: string;
        readonly stream: string;
        readonly kubernetes: Readonly<Record<string, unknown>>;
      };
      expect(`${json.log}\n`).toBe(raw);
      expect(raw).toContain(record.toString(16).padStart(8, '0'));
      expect(cri).toHaveLength(source.pieces);
      // Joined as bytes: pieces are cut through characters.
      expect(Buffer.from(joined.map((line) => line.slice(40)).join(''), 'latin1').toString()).toBe(json.log);
      expect(cri.at(-1)?.startsWith(`${json.time} ${json.stream} F `)).toBe(true);
      expect(json.kubernetes['pod_id']).toBe(spec.uid);
    }
  });
});

describe('a workload on the disk', () => {
  it('lies there as the kubelet lays logs out, and is generated only once', () => {
    using directory = new TempDir('birler-bench-test');
    const node = provideNode(directory.path, makeWorkload('hundred-files', 1_000_000));
    expect(node.files).toHaveLength(100);
    expect(node.accounts.map(({ bytes }) => bytes)).toEqual(node.files.map((path) => statSync(path).size));
    expect(node.bytes).toBeGreaterThanOrEqual(1_000_000);
    const { namespace, pod, container, containerId } = node.workload.streams[3] ?? { pod: '' };
    const link = join(node.logs, `${pod}_${namespace}_${container}-${containerId}.log`);
    expect(realpathSync(link)).toBe(realpathSync(node.files[3] ?? ''));

    unlinkSync(node.files[0] ?? '');
    expect(provideNode(directory.path, makeWorkload('hundred-files', 1_000_000))).toEqual(node);
    // It was not generated again.
    expect(existsSync(node.files[0] ?? '')).toBe(false);
    const other = provideNode(directory.path, makeWorkload('hundred-files', 1_100_000));
    expect(readFileSync(other.files[0] ?? '').length).toBeGreaterThan(10_000);
  });
});
