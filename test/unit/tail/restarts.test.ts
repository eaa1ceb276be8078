import { describe, expect, it } from 'vitest';
import { ContainerStream } from '../../../src/tail/container-stream.ts';
import { Restarts } from '../../../src/tail/restarts.ts';
import { newStream } from './setup.ts';

const restart = (number: number, uid = 'u1'): ContainerStream =>
  new ContainerStream({
    key: `${uid}/app/${number}`,
    origin: {
      kind: 'kubernetes',
      namespace: 'shop',
      pod: 'web',
      uid,
      container: 'app',
      restart: number,
      containerId: '',
      host: 'node-1',
    },
    kubeletNamed: true,
    directory: '/pods',
  });

describe('restarts', () => {
  it('are over when a newer one is there, in whatever order they are seen', () => {
    const restarts = new Restarts();
    const streams = [restart(1), restart(3), restart(2)];
    for (const stream of streams) restarts.add(stream);
    expect(streams.map(({ isOver }) => isOver)).toEqual([true, false, true]);
  });

  it('say nothing of other containers, of pods without a uid, and of files', () => {
    const restarts = new Restarts();
    const streams = [restart(1, 'u1'), restart(2, 'u2'), restart(0, ''), restart(1, ''), newStream()];
    for (const stream of streams) restarts.add(stream);
    expect(streams.some(({ isOver }) => isOver)).toBe(false);
  });

  it('are forgotten with their newest stream, and not with an older one', () => {
    const restarts = new Restarts();
    const [older, newer] = [restart(1), restart(2)];
    restarts.add(older);
    restarts.add(newer);
    restarts.forget(older);
    const again = restart(1);
    restarts.add(again);
    expect(again.isOver).toBe(true);
    restarts.forget(newer);
    const first = restart(0);
    restarts.add(first);
    expect(first.isOver).toBe(false);
  });
});
