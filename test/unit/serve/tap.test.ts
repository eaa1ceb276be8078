import { describe, expect, it } from 'vitest';
import { createEncoder } from '../../../src/encode/encoder.ts';
import { typescriptKernel } from '../../../src/kernel/typescript-kernel.ts';
import { Tap } from '../../../src/serve/tap.ts';
import { makeBatch, type TestBatch } from '../../support/batches.ts';
import { podOrigin } from './fake-snapshot.ts';

const setUp = (pattern = '') => {
  const client = {
    waitingBytes: 0,
    text: '',
    write: (bytes: Uint8Array) => {
      client.text += Buffer.from(bytes).toString();
    },
  };
  const options = { recordId: false, gapRecords: true, color: false };
  const encoder = createEncoder('raw', options, typescriptKernel());
  return { client, tap: new Tap(pattern, encoder, client, 0, (records) => `(${records} left out)\n`) };
};

const batch = (messages: readonly string[], origin: TestBatch['origin'] = podOrigin('web-0')) =>
  makeBatch({ origin, records: messages.map((message) => ({ message })) });

const many = (count: number, length = 10): string[] =>
  Array.from({ length: count }, (_, at) => `${at}`.padEnd(length, '.'));

describe('a tap', () => {
  it('shows what it is given, of the streams that are meant', () => {
    const { client, tap } = setUp('shop/web-*/app');
    tap.take(batch(['one', 'two']), 0);
    tap.take(batch(['three'], podOrigin('db-0')), 0);
    tap.take(batch(['four']), 0);
    expect(client.text).toBe('one\ntwo\nfour\n');
  });

  it('keeps nothing of a batch, whose memory is used again', () => {
    const { client, tap } = setUp();
    const written: Uint8Array[] = [];
    client.write = (bytes) => written.push(bytes);
    const given = batch(['one']);
    tap.take(given, 0);
    given.bytes.fill(120);
    tap.take(batch(['two']), 0);
    expect(Buffer.concat(written).toString()).toBe('one\ntwo\n');
  });

  it('shows the first records of a large batch, and counts the rest', () => {
    const { client, tap } = setUp();
    tap.take(batch(many(5_000)), 0);
    expect(client.text.split('\n')).toHaveLength(1_024 + 1);
    expect(tap.tick(1_000)).toBe(true);
    expect(client.text.endsWith(`(${5_000 - 1_024} left out)\n`)).toBe(true);
  });

  it('shows fewer records where they are long', () => {
    const { client, tap } = setUp();
    tap.take(batch(many(40, 100_000)), 0);
    tap.tick(1_000);
    expect(client.text.match(/^\d+\./gm)).toHaveLength(1);
    expect(client.text.endsWith('(39 left out)\n')).toBe(true);
  });

  it('leaves out what would be more than 2 MiB a second', () => {
    const { client, tap } = setUp();
    const one = batch(many(1_000, 1_000));
    for (let time = 0; time < 20; time++) tap.take(one, 0);
    expect(client.text.length).toBeLessThan(3.2 * 1024 ** 2);
    const before = client.text.length;
    tap.take(one, 1_500);
    expect(client.text.slice(before)).toMatch(/^\(1\d000 left out\)\n0\./);
  });

  it('leaves out everything while the client takes nothing, and gives it up after 30 s', () => {
    const { client, tap } = setUp();
    tap.take(batch(['one']), 0);
    client.waitingBytes = 1024 * 1024;
    tap.take(batch(['two', 'three']), 10);
    expect([tap.tick(1_000), tap.tick(30_900)]).toEqual([true, true]);
    expect(client.text).toBe('one\n');
    expect(tap.tick(31_000)).toBe(false);
    client.waitingBytes = 0;
    expect(tap.tick(31_100)).toBe(true);
    expect(client.text).toBe('one\n(2 left out)\n');
  });
});
