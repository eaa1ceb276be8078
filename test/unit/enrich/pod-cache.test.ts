import { describe, expect, it } from 'vitest';
import { PodCache } from '../../../src/enrich/pod-cache.ts';
import { originOf, podOf } from '../../support/pods.ts';

const named = (uid: string, name: string) => podOf({ uid, name });

describe('the pods of a node', () => {
  it('are never more than a node can have, whatever a server tells', () => {
    const cache = new PodCache();
    for (let number = 0; number < 4_096; number++)
      expect(cache.put(named(`uid-${number}`, `pod-${number}`))).toBe(true);
    expect(cache.put(named('one-more', 'pod'))).toBe(false);
    expect(cache.find(originOf({ uid: 'one-more' }))).toBeUndefined();
    expect(cache.put(podOf({ uid: 'uid-7', labels: {} }))).toBe(true);
    cache.remove('uid-0');
    expect(cache.put(named('one-more', 'pod'))).toBe(true);
  });

  it('are known for a while when they are gone, the last 256 of them', () => {
    const cache = new PodCache();
    for (let number = 0; number < 257; number++) {
      cache.put(named(`uid-${number}`, `pod-${number}`));
      cache.remove(`uid-${number}`);
    }
    expect(cache.find(originOf({ uid: 'uid-0' }))).toBeUndefined();
    expect(cache.find(originOf({ uid: '', pod: 'pod-0' }))).toBeUndefined();
    expect(cache.find(originOf({ uid: 'uid-1' }))?.name).toBe('pod-1');
    expect(cache.find(originOf({ uid: '', pod: 'pod-256' }))?.uid).toBe('uid-256');
  });

  it('keep their name and their hash when one that had them before is forgotten', () => {
    const cache = new PodCache();
    cache.put(podOf({ uid: 'old', configHash: 'hash' }));
    cache.remove('old');
    cache.put(podOf({ uid: 'new', configHash: 'hash' }));
    for (let number = 0; number < 256; number++) {
      cache.put(named(`uid-${number}`, `pod-${number}`));
      cache.remove(`uid-${number}`);
    }
    expect(cache.find(originOf({ uid: 'old' }))).toBeUndefined();
    expect(cache.find(originOf({ uid: 'hash' }))?.uid).toBe('new');
    expect(cache.find(originOf({ uid: '' }))?.uid).toBe('new');
  });

  it('have another hash when their manifest changes', () => {
    const cache = new PodCache();
    cache.put(podOf({ uid: 'mirror', configHash: 'one' }));
    cache.put(podOf({ uid: 'mirror', configHash: 'two' }));
    expect(cache.find(originOf({ uid: 'two' }))?.uid).toBe('mirror');
    expect(cache.find(originOf({ uid: 'one' }))).toBeUndefined();
  });
});
