import { describe, expect, it } from 'vitest';
import { factChooser } from '../../../src/enrich/chosen-facts.ts';
import { podOf } from '../../support/pods.ts';

const NONE = { labels: [], annotations: [], namespaceLabels: [] };

describe('what records carry of a pod', () => {
  it('is what the keys of globs match, slashes and all, in one order', () => {
    const choose = factChooser({ ...NONE, labels: ['app*', 'tier'] });
    const labels = { tier: 'front', 'app.kubernetes.io/name': 'web', app: 'web', chart: 'web-1' };
    expect(Object.entries(choose(podOf({ labels }), 'app', {}).labels)).toEqual([
      ['app', 'web'],
      ['app.kubernetes.io/name', 'web'],
      ['tier', 'front'],
    ]);
  });

  it('is the image of its container, and its owner', () => {
    const facts = factChooser(NONE)(podOf(), 'app', {});
    expect(facts).toMatchObject({
      image: 'registry.example/web:1',
      owner: { kind: 'StatefulSet', name: 'web' },
    });
    expect(factChooser(NONE)(podOf(), 'other', {}).image).toBe('');
  });

  it('leaves out what is too long to stand in every record', () => {
    const choose = factChooser({ ...NONE, annotations: ['*'] });
    const many = Object.fromEntries(
      Array.from({ length: 100 }, (_, at) => [`a${at + 100}`, 'x'.repeat(1_000)]),
    );
    const { annotations } = choose(
      podOf({ annotations: { ...many, a0: 'x'.repeat(1_025), z: 'short' } }),
      'app',
      {},
    );
    expect(Object.keys(annotations)).toEqual([...Array.from({ length: 8 }, (_, at) => `a${at + 100}`), 'z']);
  });

  it('never says the name of the namespace again', () => {
    const choose = factChooser({ ...NONE, namespaceLabels: ['*'] });
    const labels = { 'kubernetes.io/metadata.name': 'shop', team: 'a' };
    expect({ ...choose(podOf(), 'app', labels).namespaceLabels }).toEqual({ team: 'a' });
  });
});
