import { describe, expect, it } from 'vitest';
import type { Pod } from '../../../src/core/pod.ts';
import type { LineJoiner, Shaper } from '../../../src/core/treatment.ts';
import { PodTreatments } from '../../../src/enrich/pod-treatments.ts';
import { newSelection, type SelectionRules } from '../../../src/enrich/selection.ts';
import type { TreatmentPolicy } from '../../../src/enrich/treatment-plan.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { originOf, podOf, ToldPods } from '../../support/pods.ts';

const KEY = 'uid-1/app/0';
const selectsPod = (rules: Partial<SelectionRules> = {}) =>
  newSelection({ include: [], exclude: [], files: { include: ['*'], exclude: [] }, ...rules }).selectsPod;

const policyOf = (changes: Partial<TreatmentPolicy> = {}): TreatmentPolicy => ({
  selectsPod: selectsPod(),
  facts: { labels: ['*'], annotations: [], namespaceLabels: ['*'] },
  waitMs: 2_000,
  obeysAnnotations: true,
  multiline: 'auto',
  rateLimit: undefined,
  excess: 'delay',
  newLineJoiner: () => undefined,
  newShaper: () => undefined,
  ...changes,
});

/** Treatments, and everything they said. */
const told = (changes: Partial<TreatmentPolicy> = {}, source: ToldPods | undefined = new ToldPods()) => {
  const clock = new FakeClock(0);
  const changed: string[][] = [];
  const wrong: string[] = [];
  const treatments = new PodTreatments(policyOf(changes), {
    source,
    clock: clock.forProcess(() => true),
    onChanged: (keys) => changed.push([...keys]),
    onWrongAnnotation: (pod, annotation, what) => wrong.push(`${pod} ${annotation} ${what}`),
    onTooManyPods: () => wrong.push('too many'),
  });
  treatments.start();
  return { treatments, clock, changed, wrong, source };
};

const facts = (pod: Pod, container = 'app') => ({
  labels: { ...pod.labels },
  annotations: {},
  namespaceLabels: {},
  owner: pod.owner,
  image: pod.containers.get(container)?.image ?? '',
});

describe('a stream whose pod is known', () => {
  it('carries what is chosen of it, and waits for nothing', () => {
    const { treatments } = told();
    treatments.onPod(podOf());
    const treatment = treatments.of(KEY, originOf());
    expect(treatment.isAwaited).toBe(false);
    expect(treatment.origin).toEqual({ ...originOf(), facts: facts(podOf()) });
  });

  it('gets the same object again while nothing changes, even if the pod is told of anew', () => {
    const { treatments, changed } = told();
    treatments.onPod(podOf());
    const treatment = treatments.of(KEY, originOf());
    treatments.onPod(podOf({ labels: { app: 'web' } }));
    expect(treatments.of(KEY, originOf())).toBe(treatment);
    expect(treatments.of(KEY, treatment.origin)).toBe(treatment);
    expect(changed).toEqual([]);
  });

  it('is told when its labels change, and keeps them when the pod is gone', () => {
    const { treatments, changed } = told();
    treatments.onPod(podOf());
    treatments.of(KEY, originOf());
    treatments.onPod(podOf({ labels: { app: 'shop' } }));
    expect(changed).toEqual([[KEY]]);
    treatments.onPodGone('uid-1');
    expect(treatments.of(KEY, originOf()).origin).toMatchObject({ facts: { labels: { app: 'shop' } } });
  });

  it('keeps them as long as it lives, however many pods came and went since', () => {
    const { treatments } = told();
    treatments.onPod(podOf());
    treatments.of(KEY, originOf());
    treatments.onPodGone('uid-1');
    for (let number = 0; number < 1_000; number++) {
      const uid = `other-${number}`;
      treatments.onPod(podOf({ uid, name: uid }));
      treatments.onPodGone(uid);
    }
    const later = treatments.of(KEY, originOf({ containerId: 'abc' }));
    expect(later.origin).toMatchObject({ containerId: 'abc', facts: { labels: { app: 'web' } } });
  });

  it('is asked for anew once it was forgotten', () => {
    const { treatments, changed } = told();
    treatments.onPod(podOf());
    treatments.of(KEY, originOf());
    treatments.forget(KEY);
    treatments.onPod(podOf({ labels: {} }));
    expect(changed).toEqual([]);
    expect(treatments.of(KEY, originOf()).origin).toMatchObject({ facts: { labels: {} } });
  });

  it('is found by the config hash where the pod is static', () => {
    const { treatments } = told();
    treatments.onPod(podOf({ uid: 'mirror', configHash: 'uid-1' }));
    expect(treatments.of(KEY, originOf()).origin).toMatchObject({ facts: { labels: { app: 'web' } } });
  });

  it('is found by its name where the path says no more', () => {
    const { treatments, changed } = told();
    const key = 'shop_web-0/app-abc/0';
    treatments.of(key, originOf({ uid: '' }));
    treatments.onPod(podOf());
    expect(changed).toEqual([[key]]);
    expect(treatments.of(key, originOf({ uid: '' })).origin).toMatchObject({
      facts: { labels: { app: 'web' } },
    });
  });
});

describe('a stream whose pod is not known', () => {
  it('waits at most as long as it is told to, then goes on with what its path says', async () => {
    const { treatments, clock, changed, source } = told();
    expect(treatments.of(KEY, originOf()).isAwaited).toBe(true);
    expect(source.hurries).toBe(1);
    await clock.advance(1_999);
    expect(changed).toEqual([]);
    await clock.advance(1);
    expect(changed).toEqual([[KEY]]);
    expect(treatments.of(KEY, originOf())).toMatchObject({ isAwaited: false, origin: originOf() });
    expect(clock.pending).toBe(0);
  });

  it('waits no longer when its pod is told of', async () => {
    const { treatments, clock, changed } = told();
    treatments.of(KEY, originOf());
    treatments.onPod(podOf());
    expect(changed).toEqual([[KEY]]);
    expect(treatments.of(KEY, originOf()).isAwaited).toBe(false);
    await clock.advance(10_000);
    expect(changed).toHaveLength(1);
  });

  it('picks up its labels later', async () => {
    const { treatments, clock, changed } = told();
    treatments.of(KEY, originOf());
    await clock.advance(60_000);
    treatments.onPod(podOf());
    expect(changed).toEqual([[KEY], [KEY]]);
    expect(treatments.of(KEY, originOf()).origin).toMatchObject({ facts: { labels: { app: 'web' } } });
  });

  it('does not begin to wait again when its path says more', async () => {
    const { treatments, clock } = told();
    treatments.of(KEY, originOf());
    await clock.advance(2_000);
    expect(treatments.of(KEY, originOf({ containerId: 'abc' })).isAwaited).toBe(false);
  });

  it('waits for nothing where nobody knows pods, and neither does a file', () => {
    const clock = new FakeClock(0).forProcess(() => true);
    const nothing = (): void => undefined;
    const world = {
      source: undefined,
      clock,
      onChanged: nothing,
      onWrongAnnotation: nothing,
      onTooManyPods: nothing,
    };
    expect(new PodTreatments(policyOf(), world).of(KEY, originOf()).isAwaited).toBe(false);
    const file = { kind: 'file', file: 'app.log', host: 'node-1' } as const;
    expect(told().treatments.of('file/app.log', file)).toMatchObject({ isAwaited: false, isExcluded: false });
  });

  it('waits one after the other with a single timer', async () => {
    const { treatments, clock, changed } = told();
    treatments.of('a', originOf({ uid: 'a' }));
    await clock.advance(500);
    treatments.of('b', originOf({ uid: 'b' }));
    treatments.of('c', originOf({ uid: 'c' }));
    expect(clock.pending).toBe(1);
    treatments.forget('c');
    await clock.advance(1_500);
    expect(changed).toEqual([['a']]);
    await clock.advance(500);
    expect(changed).toEqual([['a'], ['b']]);
  });

  it('waits in its own time when it was forgotten and came back', async () => {
    const { treatments, clock, changed } = told();
    treatments.of('a', originOf({ uid: 'a' }));
    treatments.forget('a');
    await clock.advance(500);
    treatments.of('b', originOf({ uid: 'b' }));
    await clock.advance(500);
    treatments.of('a', originOf({ uid: 'a' }));
    await clock.advance(1_500);
    expect(changed).toEqual([['b']]);
    await clock.advance(500);
    expect(changed).toEqual([['b'], ['a']]);
  });
});

describe('the labels of namespaces', () => {
  it('are waited for where the source tells them', () => {
    const { treatments, changed } = told({}, new ToldPods(true));
    treatments.onPod(podOf());
    expect(treatments.of(KEY, originOf()).isAwaited).toBe(true);
    treatments.onNamespace('shop', { team: 'a' });
    expect(changed).toEqual([[KEY]]);
    const treatment = treatments.of(KEY, originOf());
    expect(treatment.isAwaited).toBe(false);
    expect(treatment.origin).toMatchObject({ facts: { namespaceLabels: { team: 'a' } } });
  });

  it('change for the streams of their pods only', () => {
    const { treatments, changed } = told({}, new ToldPods(true));
    treatments.onNamespace('shop', { team: 'a' });
    treatments.onNamespace('infra', {});
    treatments.onPod(podOf());
    treatments.onPod(podOf({ uid: 'uid-2', namespace: 'infra' }));
    treatments.of(KEY, originOf());
    treatments.of('uid-2/app/0', originOf({ uid: 'uid-2', namespace: 'infra' }));
    treatments.onNamespace('shop', { team: 'b' });
    treatments.onNamespace('shop', { team: 'b' });
    expect(changed).toEqual([[KEY]]);
  });
});

describe('what a pod asks for by annotation', () => {
  const treated = (annotations: Record<string, string>, changes: Partial<TreatmentPolicy> = {}) => {
    const world = told(changes);
    world.treatments.onPod(podOf({ annotations }));
    return { ...world, treatment: world.treatments.of(KEY, originOf()) };
  };

  it('is done live', () => {
    const { treatments, changed, treatment } = treated({});
    expect(treatment.isExcluded).toBe(false);
    treatments.onPod(podOf({ annotations: { 'birler.io/exclude': 'true' } }));
    expect(changed).toEqual([[KEY]]);
    expect(treatments.of(KEY, originOf()).isExcluded).toBe(true);
    treatments.onPod(podOf());
    expect(treatments.of(KEY, originOf()).isExcluded).toBe(false);
  });

  it('sets format, multiline and rate', () => {
    const { treatment } = treated(
      { 'birler.io/format': 'docker', 'birler.io/multiline': 'java', 'birler.io/rate-limit': '1MiB/s' },
      { excess: 'drop' },
    );
    expect(treatment).toMatchObject({
      format: 'docker',
      multiline: 'java',
      rateLimit: { bytesPerSecond: 1_048_576, burstBytes: 1_048_576, excess: 'drop' },
    });
  });

  it('may ask for no limit where the configuration has one, and has that one without asking', () => {
    const rateLimit = { bytesPerSecond: 5, burstBytes: 5, excess: 'drop' } as const;
    expect(treated({ 'birler.io/rate-limit': 'none' }, { rateLimit }).treatment.rateLimit).toBeUndefined();
    expect(treated({}, { rateLimit }).treatment.rateLimit).toBe(rateLimit);
  });

  it('counts for nothing where the configuration says so', () => {
    const { treatment } = treated({ 'birler.io/exclude': 'true' }, { obeysAnnotations: false });
    expect(treatment.isExcluded).toBe(false);
  });

  it('is told once a pod where it means nothing, and is left out', () => {
    const { treatments, wrong, treatment } = treated({ 'birler.io/multiline': 'cobol' });
    expect(treatment.multiline).toBe('auto');
    treatments.onPod(podOf({ labels: {}, annotations: { 'birler.io/multiline': 'cobol' } }));
    expect(wrong).toHaveLength(1);
    expect(wrong[0]).toMatch(/^shop\/web-0 birler\.io\/multiline "cobol" is not/);
    treatments.onPod(podOf({ annotations: { 'birler.io/multiline': 'basic' } }));
    expect(wrong).toHaveLength(2);
    treatments.onPodGone('uid-1');
    treatments.onPod(podOf({ annotations: { 'birler.io/multiline': 'basic' } }));
    expect(wrong).toHaveLength(3);
  });
});

describe('what is done to the records of a stream', () => {
  it('is decided by all labels of its pod, also those that records do not carry', () => {
    const shapers = new Map<string, Shaper>();
    const shaperFor = (tier: string | undefined): Shaper | undefined => {
      if (tier === undefined) return undefined;
      const shaper = shapers.get(tier) ?? { shape: () => undefined };
      shapers.set(tier, shaper);
      return shaper;
    };
    const { treatments, changed } = told({
      facts: { labels: ['app'], annotations: [], namespaceLabels: [] },
      newShaper: (_, labels) => shaperFor(labels?.['tier']),
    });
    expect(treatments.of(KEY, originOf()).shaper).toBeUndefined();
    treatments.onPod(podOf({ labels: { tier: 'front' } }));
    const front = treatments.of(KEY, originOf());
    expect(front.shaper).toBe(shapers.get('front'));
    treatments.onPod(podOf({ labels: { tier: 'front', build: '7' } }));
    expect(treatments.of(KEY, originOf())).toBe(front);
    treatments.onPod(podOf({ labels: { tier: 'back' } }));
    expect(treatments.of(KEY, originOf()).shaper).toBe(shapers.get('back'));
    expect(changed).toEqual([[KEY], [KEY]]);
  });

  it('begins with leaving out a std stream, where the pod asks for that', () => {
    const shaper: Shaper = { shape: () => undefined };
    const { treatments } = told({ newShaper: () => shaper });
    treatments.onPod(podOf({ annotations: { 'fluentbit.io/exclude_stderr': 'true' } }));
    const treatment = treatments.of(KEY, originOf());
    expect(treatment.isExcluded).toBe(false);
    expect(treatment.shaper).not.toBe(shaper);
    treatments.onPod(podOf());
    expect(treatments.of(KEY, originOf()).shaper).toBe(shaper);
  });
});

describe('another configuration', () => {
  it('changes every treatment at once', () => {
    const { treatments, changed } = told();
    treatments.onPod(podOf());
    const before = treatments.of(KEY, originOf());
    const shaper: Shaper = { shape: () => undefined };
    const joiners: string[] = [];
    treatments.configure(
      policyOf({
        selectsPod: selectsPod({ exclude: [{ namespace: 'shop', pod: '*', container: '*' }] }),
        facts: { labels: [], annotations: [], namespaceLabels: [] },
        multiline: 'java',
        newShaper: () => shaper,
        newLineJoiner: (_, multiline): LineJoiner | undefined => {
          joiners.push(multiline);
          return undefined;
        },
      }),
    );
    expect(changed).toEqual([[KEY]]);
    const after = treatments.of(KEY, originOf());
    expect(before.isExcluded).toBe(false);
    expect(after).toMatchObject({ isExcluded: true, shaper, origin: { facts: { labels: {} } } });
    after.newLineJoiner();
    expect(joiners).toEqual(['java']);
  });
});
