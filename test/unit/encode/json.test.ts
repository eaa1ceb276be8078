import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../src/core/batch.ts';
import type { Gap } from '../../../src/core/gap.ts';
import type { PodFacts } from '../../../src/core/origin.ts';
import {
  CARRIED,
  MESSAGE_END,
  MESSAGE_START,
  PARTIAL,
  SLOTS,
  STDERR,
  STREAM_KNOWN,
  TRUNCATED,
  UNPARSED,
} from '../../../src/core/record-table.ts';
import { createEncoder } from '../../../src/encode/encoder.ts';
import type { EncoderOptions } from '../../../src/encode/options.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import { makeBatch, testOrigin } from '../../support/batches.ts';

/** Throws where the output is not valid UTF-8; Buffer.toString would mend it. */
const strictly = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const encode = (batch: Batch, options: Partial<EncoderOptions> = {}): string => {
  const encoder = createEncoder(
    'json',
    { recordId: false, gapRecords: true, color: false, ...options },
    typescriptKernel(),
  );
  const target = new Uint8Array(8192);
  return strictly.decode(target.subarray(0, encoder.encode(batch, target, 0)));
};

const gap: Gap = { reason: 'deleted', bytes: 1234, generation: 3, file: '0.log', from: 99 };
const KUBERNETES =
  '"kubernetes":{"namespace_name":"shop","pod_name":"web-0","pod_id":"0b1c3f6e-5a55-4f0e-9d2c-0a4f5cf0c1de",' +
  '"container_name":"app","container_id":"c0ffee0000000000000000000000000000000000000000000000000000000000",' +
  '"restart_count":2,"host":"node-a"}';
const TIME = '"time":"2026-11-20T20:19:53.123456789Z"';

const FACTS: PodFacts = {
  labels: { app: 'web', 'app.kubernetes.io/name': 'say "hi"' },
  annotations: { 'team.example/owner': 'größe' },
  namespaceLabels: { tier: 'front' },
  owner: { kind: 'Deployment', name: 'web' },
  image: 'registry.example/web:1.2',
};

describe('what is known of the pod', () => {
  const kubernetesOf = (facts: Partial<PodFacts>): string => {
    const nothing = { labels: {}, annotations: {}, namespaceLabels: {}, owner: undefined, image: '' };
    const origin = { ...testOrigin, facts: { ...nothing, ...facts } };
    const line = encode(makeBatch({ origin, records: [{ message: '' }] }));
    return line.slice(line.indexOf('"host"'));
  };

  test('stands behind the host, under the names of the field', () => {
    expect(kubernetesOf(FACTS)).toBe(
      '"host":"node-a","container_image":"registry.example/web:1.2","owner":{"kind":"Deployment","name":"web"},' +
        '"labels":{"app":"web","app.kubernetes.io/name":"say \\"hi\\""},"annotations":{"team.example/owner":"größe"},' +
        '"namespace_labels":{"tier":"front"}}}\n',
    );
  });

  test('is left out where nothing is known', () => {
    expect(kubernetesOf({})).toBe('"host":"node-a"}}\n');
  });
});

describe('a record', () => {
  test('has time, stream, log and kubernetes, in this order', () => {
    expect(encode(makeBatch({ records: [{ message: 'say "hi"\t\u0001\u007f' }] }))).toBe(
      `{${TIME},"stream":"stdout","log":"say \\"hi\\"\\t\\u0001\u007f",${KUBERNETES}}\n`,
    );
  });

  test('says what is special about it between the log and the origin', () => {
    const flags = STREAM_KNOWN | STDERR | PARTIAL | TRUNCATED;
    expect(encode(makeBatch({ records: [{ message: 'x', flags }] }), { recordId: true })).toBe(
      `{${TIME},"stream":"stderr","log":"x","partial":true,"truncated":true,"id":"59b9b99b389813ca",${KUBERNETES}}\n`,
    );
  });

  test('has its fields last of what is its own', () => {
    const fields = '"level":"warn","status":200,';
    const flags = STREAM_KNOWN | PARTIAL;
    expect(encode(makeBatch({ records: [{ message: 'x', flags, fields }] }), { recordId: true })).toBe(
      `{${TIME},"stream":"stdout","log":"x","partial":true,"id":"59b9b99b389813ca",${fields}${KUBERNETES}}\n`,
    );
    expect(encode(makeBatch({ records: [{ message: 'x', fields }, { message: 'y' }] }))).toBe(
      `{${TIME},"stream":"stdout","log":"x",${fields}${KUBERNETES}}\n` +
        `{${TIME},"stream":"stdout","log":"y",${KUBERNETES}}\n`,
    );
  });

  test('of a plain file has the file in the place of kubernetes, and no stream', () => {
    const origin = { kind: 'file', file: 'web/app "1".log', host: 'node-a' } as const;
    expect(encode(makeBatch({ origin, records: [{ message: 'x', flags: UNPARSED }] }))).toBe(
      `{${TIME},"log":"x","file":"web/app \\"1\\".log"}\n`,
    );
  });

  test('leaves out what is not known of its container', () => {
    const batch = makeBatch({
      origin: { ...testOrigin, uid: '', containerId: '' },
      records: [{ message: '' }],
    });
    expect(encode(batch)).toBe(
      `{${TIME},"stream":"stdout","log":"","kubernetes":{"namespace_name":"shop","pod_name":"web-0",` +
        '"container_name":"app","restart_count":2,"host":"node-a"}}\n',
    );
  });

  test('is told by a new origin as soon as the stream has one', () => {
    const encoder = createEncoder(
      'json',
      { recordId: false, gapRecords: true, color: false },
      typescriptKernel(),
    );
    const target = new Uint8Array(8192);
    const hostOf = (host: string): unknown => {
      const batch = makeBatch({ origin: { ...testOrigin, host }, records: [{ message: '' }] });
      const line = Buffer.from(target.subarray(0, encoder.encode(batch, target, 0))).toString();
      return (JSON.parse(line) as { readonly kubernetes: { readonly host: string } }).kubernetes.host;
    };
    expect(['a', 'b', 'a'].map(hostOf)).toEqual(['a', 'b', 'a']);
  });

  test('with invalid UTF-8 does not change its neighbours', () => {
    const records = [
      { message: '漢字' },
      { message: Buffer.from([0x61, 0xe6, 0xbc, 0x22, 0xff]) },
      { message: 'é' },
    ];
    const logs = encode(makeBatch({ records })).match(/"log":"(?:[^"\\]|\\.)*"/g);
    expect(logs).toEqual(['"log":"漢字"', '"log":"a\ufffd\\"\ufffd"', '"log":"é"']);
  });
});

test('a message that was cut inside a character is mended, also where all text around it is valid', () => {
  const batch = makeBatch({ records: [{ message: 'x漢' }, { message: '漢x' }] });
  const { ints } = batch.table;
  ints[MESSAGE_END] = (ints[MESSAGE_END] ?? 0) - 1;
  ints[SLOTS + MESSAGE_START] = (ints[SLOTS + MESSAGE_START] ?? 0) + 1;
  expect(encode(batch).match(/"log":"[^"]*"/g)).toEqual(['"log":"x\ufffd"', '"log":"\ufffd\ufffdx"']);
});

describe('a gap', () => {
  test('comes before the records, at the time of the first', () => {
    expect(encode(makeBatch({ gaps: [gap], records: [{ message: 'x' }] })).split('\n')[0]).toBe(
      `{${TIME},"log":"birler: 1234 bytes were not delivered: the file was deleted before it was read ` +
        `(0.log from offset 99)","gap":{"reason":"deleted","bytes":1234,"file":"0.log","generation":3,"from":99},${KUBERNETES}}`,
    );
  });

  test('of unknown size says so', () => {
    const line = encode(makeBatch({ gaps: [{ ...gap, bytes: null, reason: 'corrupt' }], records: [] }));
    expect(line).toContain(
      '{"log":"birler: an unknown number of bytes was not delivered: the compressed file is corrupt',
    );
    expect(line).toContain('"gap":{"reason":"corrupt","bytes":null,');
  });

  test('without records is at the observed time', () => {
    const options = { observedTime: () => '2026-11-20T21:00:00Z' };
    expect(encode(makeBatch({ gaps: [{ ...gap, bytes: 1 }], records: [] }), options)).toMatch(
      /^\{"time":"2026-11-20T21:00:00Z","log":"birler: 1 byte was not delivered/,
    );
  });

  test('is not written where the output does not want it', () => {
    expect(encode(makeBatch({ gaps: [gap], records: [] }), { gapRecords: false })).toBe('');
  });
});

describe('a record id', () => {
  const idOf = (batch: Batch): unknown =>
    (JSON.parse(encode(batch, { recordId: true })) as { readonly id: string }).id;
  const record = { message: 'GET /cart', sourceOffset: 2 ** 40 + 1 };

  test('is the same for ever: a change of the algorithm would break every destination that drops duplicates', () => {
    expect(idOf(makeBatch({ records: [record] }))).toBe('fb4b399f42e33fd8');
  });

  test('differs with the seed, the offset, the message and its length', () => {
    const others = [
      makeBatch({ records: [record] }),
      makeBatch({ records: [record], seed: { high: 1, low: 2 } }),
      makeBatch({ records: [record], seed: { high: 2, low: 1 } }),
      makeBatch({ records: [{ ...record, sourceOffset: 1 }] }),
      makeBatch({ records: [{ ...record, message: 'GET /cars' }] }),
      makeBatch({ records: [{ ...record, message: 'GET /cart\0' }] }),
    ];
    expect(new Set(others.map(idOf)).size).toBe(others.length);
  });

  test('of a record that began in an earlier generation uses that one, of its own std stream', () => {
    const out = { high: 1, low: 1 };
    const err = { high: 2, low: 2 };
    const carried = (flags: number): unknown =>
      idOf(makeBatch({ records: [{ ...record, flags }], carriedSeed: [out, err] }));
    const own = (seed: typeof out): unknown => idOf(makeBatch({ records: [record], seed }));
    expect(carried(STREAM_KNOWN | CARRIED)).toBe(own(out));
    expect(carried(STREAM_KNOWN | CARRIED | STDERR)).toBe(own(err));
  });

  test('of 200,000 equal lines differ', { timeout: 30_000 }, () => {
    const ids = new Set<unknown>();
    const encoder = createEncoder(
      'json',
      { recordId: true, gapRecords: false, color: false },
      typescriptKernel(),
    );
    const target = new Uint8Array(1 << 20);
    const origin = { kind: 'file', file: '', host: '' } as const;
    for (let from = 0; from < 200_000; from += 5000) {
      const records = Array.from({ length: 5000 }, (_, row) => ({
        message: 'tick',
        sourceOffset: (from + row) * 5,
      }));
      const end = encoder.encode(makeBatch({ records, origin }), target, 0);
      const text = Buffer.from(target.subarray(0, end)).toString('latin1');
      for (const [id] of text.matchAll(/[0-9a-f]{16}/g)) ids.add(id);
    }
    expect(ids.size).toBe(200_000);
  });
});
