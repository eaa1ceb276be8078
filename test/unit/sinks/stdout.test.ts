import { describe, expect, it } from 'vitest';
import { stdoutSink } from '../../../src/sinks/stdout.ts';
import type { StandardOutput } from '../../../src/system/system.ts';
import { systemError } from '../../support/fake-process.ts';

const setUp = async (write: StandardOutput['write'] = () => Promise.resolve()) => {
  const told: Error[] = [];
  const world = { isOpen: true, goAway: (_error: Error): void => undefined };
  const output: StandardOutput = {
    write,
    onClosed: (listener) => {
      world.goAway = listener;
    },
    close: () => {
      world.isOpen = false;
    },
  };
  const sink = stdoutSink({ openStandardOutput: () => output }, (error) => told.push(error));
  expect(await sink.open(undefined)).toBe(0);
  return { sink, told, world };
};
const { signal } = new AbortController();

describe('standard output', () => {
  it('writes the bytes as they are, and waits until they are taken', async () => {
    const written: string[] = [];
    const taken = Promise.withResolvers<void>();
    const { sink } = await setUp((bytes) => {
      written.push(Buffer.from(bytes).toString());
      return taken.promise;
    });
    const writing = sink.write(Buffer.from('one\n'), signal);
    taken.resolve();
    expect(await writing).toEqual({ kind: 'delivered' });
    expect(written).toEqual(['one\n']);
  });

  it('is closed for good when its reader is gone', async () => {
    for (const code of ['EPIPE', 'ECONNRESET', 'EBADF', 'ERR_STREAM_DESTROYED']) {
      const { sink } = await setUp(() => Promise.reject(systemError(code, 'write', 'stdout')));
      expect(await sink.write(Buffer.from('x'), signal)).toMatchObject({ kind: 'closed', error: { code } });
    }
  });

  it('is worth another try on a full disk', async () => {
    for (const code of ['ENOSPC', 'EDQUOT', 'EAGAIN', 'EINTR', 'EIO']) {
      const { sink } = await setUp(() => Promise.reject(systemError(code, 'write', 'stdout')));
      expect(await sink.write(Buffer.from('x'), signal)).toMatchObject({
        kind: 'transient',
        error: { code },
      });
    }
  });

  it('tells that its reader is gone while nothing is written', async () => {
    const { told, world } = await setUp();
    world.goAway(new Error('EPIPE'));
    expect(told).toMatchObject([{ message: 'EPIPE' }]);
  });

  it('has no state, nothing to sync or reopen, and is closed at the end', async () => {
    const { sink, world } = await setUp();
    await sink.sync();
    await sink.reopen();
    expect(sink.state()).toBeUndefined();
    await sink.close();
    expect(world.isOpen).toBe(false);
  });
});
