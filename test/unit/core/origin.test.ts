import { describe, expect, it } from 'vitest';
import {
  displayNameOf,
  fairnessKeyOf,
  type KubernetesOrigin,
  streamKeyOf,
} from '../../../src/core/origin.ts';

const origin: KubernetesOrigin = {
  kind: 'kubernetes',
  namespace: 'shop',
  pod: 'web-0',
  uid: 'u1',
  container: 'app',
  containerId: 'c0ffee',
  restart: 2,
  host: 'node-1',
};
const file = { kind: 'file', file: 'app.log', host: 'node-1' } as const;

describe('the key of a stream', () => {
  it('is the pod, the container and the restart, the same on every machine', () => {
    expect(streamKeyOf(origin)).toBe('u1/app/2');
    expect(streamKeyOf({ ...origin, host: 'node-2', containerId: '' })).toBe('u1/app/2');
    expect(streamKeyOf(file)).toBe('file/app.log');
  });

  it('never mixes two pods of one name, two containers or two restarts', () => {
    const others = [{ uid: 'u2' }, { container: 'app2' }, { restart: 3 }];
    for (const other of others) expect(streamKeyOf({ ...origin, ...other })).not.toBe(streamKeyOf(origin));
  });

  it('is made of what the link says, where no uid is known', () => {
    expect(streamKeyOf({ ...origin, uid: '', restart: 0 })).toBe('shop_web-0/app-c0ffee/0');
  });
});

describe('turns', () => {
  it('are taken by pod: its containers and restarts share one', () => {
    expect(fairnessKeyOf({ ...origin, container: 'sidecar', restart: 9 })).toBe(fairnessKeyOf(origin));
    expect(fairnessKeyOf({ ...origin, uid: 'u2' })).not.toBe(fairnessKeyOf(origin));
    expect(fairnessKeyOf(file)).toBe('file/app.log');
  });
});

describe('the name for people', () => {
  it('says the restart only where there was one', () => {
    expect(displayNameOf(origin)).toBe('shop/web-0/app#2');
    expect(displayNameOf({ ...origin, restart: 0 })).toBe('shop/web-0/app');
    expect(displayNameOf(file)).toBe('app.log');
  });
});
