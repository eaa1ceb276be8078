import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { LogFormat } from '../../../src/core/decoder.ts';
import { CARRIED, PARTIAL, STDERR } from '../../../src/core/record-table.ts';
import { detectFormat } from '../../../src/decode/detect.ts';
import { type Chunk, decodeChunks, expectEqual } from './harness.ts';
import { Reference } from './reference.ts';

const CORPUS = join(import.meta.dirname, '../../fixtures/corpus');
const LIMIT = 1024 * 1024;

const CHATTY = 'cri-containerd/pods/default_chatty-0_287f54b6-72bf-4aae-8408-a3fb0a71e5f2/writer/0.log';
const GOPANIC = 'cri-containerd/pods/shop_gopanic-0_5c33264c-04c2-4977-9e13-6cdb87595f62';
const DOCKER_CHATTY = 'docker-json/chatty_writer/container-json.log';

/** Each stream's generations, oldest first. */
const STREAMS: readonly [LogFormat, readonly string[]][] = [
  [
    'cri',
    [`${CHATTY}.20261120-210100.gz`, `${CHATTY}.20261120-210110.gz`, `${CHATTY}.20261120-210120`, CHATTY],
  ],
  ['cri', ['cri-containerd/pods/default_binary-0_9406af36-0b1f-4412-9397-dba2348e864f/bin/0.log']],
  ['cri', ['cri-containerd/pods/default_misc-0_a3c5c097-bb31-4678-bd5b-fa0eeefe01be/misc/0.log']],
  ['cri', ['cri-containerd/pods/default_tty-0_57be5341-6dd4-421c-959f-a67392217ca4/tty/0.log']],
  ['cri', ['cri-containerd/pods/default_unicode-0_276d1991-b705-4f91-8314-ef81f3ae72e6/uni/0.log.gz']],
  ['cri', ['cri-containerd/pods/infra_etcd-0_427023cd-735f-43d4-b259-8bc9599faacb/etcd/0.log']],
  ['cri', ['cri-containerd/pods/infra_postgres-0_def123e0-ee40-45b1-b7b0-4c9c5b02d0b1/postgres/0.log']],
  ['cri', ['cri-containerd/pods/infra_redis-0_5897ebff-c010-45f4-99f2-4dacac7dd271/redis/0.log']],
  ['cri', [`${GOPANIC}/all/0.log`]],
  ['cri', [`${GOPANIC}/panic/0.log`]],
  ['cri', [`${GOPANIC}/segv/0.log`]],
  ['cri', ['cri-containerd/pods/shop_orders-py-0_1c6b78fb-ee90-46ec-98d4-3992fa27d5b0/worker/0.log']],
  ['cri', ['cri-conmon/gopanic/ctr.log']],
  ['cri', ['cri-conmon/misc/ctr.log']],
  ['cri', ['cri-conmon/orders-py/ctr.log']],
  ['cri', ['cri-conmon/unicode/ctr.log.gz']],
  [
    'docker',
    [`${DOCKER_CHATTY}.3.gz`, `${DOCKER_CHATTY}.2.gz`, `${DOCKER_CHATTY}.1.gz`, `${DOCKER_CHATTY}.gz`],
  ],
  ['docker', ['docker-json/misc_misc/container-json.log']],
  ['docker', ['docker-json/orders-py_worker/container-json.log']],
  ['docker', ['docker-json/tty_tty/container-json.log']],
  ['docker', ['docker-json/unicode_uni/container-json.log.gz']],
];

const load = (name: string): Buffer => {
  const bytes = readFileSync(join(CORPUS, name));
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
};

/** Reads of complete lines, of sizes that change all the time. */
const chunksOf = (files: readonly string[]): Chunk[] => {
  const chunks: Chunk[] = [];
  for (const [index, name] of files.entries()) {
    const bytes = load(name);
    for (let at = 0, size = 1; at < bytes.length; size = (size * 7 + 3) % 60_000) {
      const end = bytes.indexOf(10, Math.min(bytes.length - 1, at + size)) + 1;
      chunks.push({ generation: index + 1, offset: at, bytes: bytes.subarray(at, end) });
      at = end;
    }
  }
  return chunks;
};

describe.each(STREAMS)('%s corpus %j', (format, files) => {
  const chunks = chunksOf(files);
  const decode = (tableRows: number, maxMessageBytes = LIMIT): ReturnType<typeof decodeChunks> =>
    decodeChunks(chunks, { format, tableRows, maxMessageBytes });

  it('is decoded as the slow reference does it, whole and with a small limit', () => {
    for (const maxMessageBytes of [LIMIT, 20_000, 33]) {
      const reference = new Reference({ format, maxMessageBytes });
      for (const chunk of chunks) reference.feed(chunk);
      const harness = decode(100, maxMessageBytes);
      expectEqual(harness.records, reference.records);
      expect(harness.oversizeBytes).toBe(reference.oversizeBytes);
    }
  });

  it('has no line that does not follow the format', () => {
    const harness = decode(1000);
    expect(harness.unparsedLines + harness.nulBytes + harness.oversizeBytes).toBe(0);
  });

  it('is told from its head', () => {
    for (const name of files) {
      const bytes = load(name);
      expect(detectFormat(bytes, 0, Math.min(bytes.length, 1024), true)).toBe(format);
      expect(detectFormat(bytes, 0, bytes.length, false)).toBe(format);
    }
  });

  it('gives every byte of content once, in the order of its std stream', () => {
    const harness = decode(64);
    harness.closeAll();
    for (const [channel, stream] of ['stdout', 'stderr'].entries()) {
      const records = harness.records.filter((record) => (record.flags & STDERR) === channel);
      const said = records.map(({ message, flags }) => `${message}${(flags & PARTIAL) === 0 ? '\n' : ''}`);
      expect(said.join('') === contentOf(format, files, stream)).toBe(true);
    }
  });
});

/** All content of one std stream, by the file's own bytes alone. */
const contentOf = (format: LogFormat, files: readonly string[], stream: string): string => {
  const lines = files.flatMap((name) => load(name).toString('latin1').split('\n').slice(0, -1));
  if (format === 'docker') {
    const mine = lines.filter((line) => line.includes(`","stream":"${stream}","time":"`));
    return mine
      .map((line) => /^{"log":(".*?[^\\]"|""),"stream/.exec(line)?.[1] ?? '')
      .map(unquote)
      .join('');
  }
  const mine = lines.filter((line) => line.startsWith(` ${stream} `, line.indexOf(' ')));
  return mine
    .map((line) => {
      const tagAt = line.indexOf(` ${stream} `) + stream.length + 2;
      return line.slice(tagAt + 2) + (line[tagAt] === 'F' ? '\n' : '');
    })
    .join('');
};

const unquote = (json: string): string =>
  Buffer.from(String(JSON.parse(Buffer.from(json, 'latin1').toString()))).toString('latin1');

describe('the rotated streams of the corpus', () => {
  it.each([
    ['cri', STREAMS[0]?.[1] ?? [], 32_401, 60_000],
    ['docker', STREAMS[16]?.[1] ?? [], 28_001, 41_500],
  ] as const)('lose no number of the %s counter', (format, files, first, last) => {
    const harness = decodeChunks(chunksOf(files), { format, tableRows: 50, maxMessageBytes: LIMIT });
    const numbers = harness.records.flatMap((record) => {
      const match = /^seq=(\d+) /.exec(record.message);
      return match === null ? [] : [Number(match[1])];
    });
    expect([numbers[0], numbers.at(-1)]).toEqual([first, last]);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => first + index));
  });

  it('join the docker record that the rotation cut', () => {
    const files = STREAMS[16]?.[1] ?? [];
    const harness = decodeChunks(chunksOf(files), {
      format: 'docker',
      tableRows: 50,
      maxMessageBytes: LIMIT,
    });
    const carried = harness.records.filter((record) => (record.flags & CARRIED) !== 0);
    expect(carried.map((record) => [record.generation, record.message.slice(0, 12)])).toEqual([
      [2, 'long=35000 y'],
    ]);
  });
});
