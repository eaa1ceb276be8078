import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KubernetesOrigin, Origin } from '../../../src/core/origin.ts';
import type { Pod } from '../../../src/core/pod.ts';
import type { Treatment } from '../../../src/core/treatment.ts';
import { PodTreatments } from '../../../src/enrich/pod-treatments.ts';
import { newSelection } from '../../../src/enrich/selection.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { originOf, podOf, ToldPods } from '../../support/pods.ts';

const WAIT_MS = 2_000;

type Action =
  | { readonly kind: 'of'; readonly stream: number; readonly containerId: string }
  | { readonly kind: 'forget'; readonly stream: number }
  | { readonly kind: 'pod'; readonly pod: number; readonly app: string; readonly excluded: boolean }
  | { readonly kind: 'gone'; readonly pod: number }
  | { readonly kind: 'namespace'; readonly team: string }
  | { readonly kind: 'time'; readonly ms: number };

const index = fc.nat({ max: 3 });
const word = fc.constantFrom('a', 'b');
const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('of' as const), stream: index, containerId: word }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('forget' as const), stream: index }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pod' as const),
      pod: index,
      app: word,
      excluded: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('gone' as const), pod: index }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('namespace' as const), team: word }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('time' as const), ms: fc.integer({ min: 1, max: 1_500 }) }),
  },
);

/** Pod 2 is static, pod 3 is known to its stream only by its name. */
const podAt = (at: number, app: string, excluded: boolean): Pod =>
  podOf({
    uid: `uid-${at}`,
    name: `web-${at}`,
    configHash: at === 2 ? 'hash' : '',
    labels: { app },
    annotations: excluded ? { 'birler.io/exclude': 'true' } : {},
  });
const originAt = (at: number, containerId: string): KubernetesOrigin => {
  const uid = ['uid-0', 'uid-1', 'hash', ''][at] ?? '';
  return originOf({ pod: `web-${at}`, uid, containerId });
};

interface Known {
  readonly origin: Origin;
  readonly sinceMs: number;
  pod: Pod | undefined;
  isPatient: boolean;
}

/** What should hold, told by somebody who looks at everything each time. */
class Model {
  readonly pods = new Map<number, Pod>();
  readonly streams = new Map<number, Known>();
  team: string | undefined;
  nowMs = 0;

  look(): void {
    for (const [at, stream] of this.streams) {
      stream.pod = this.pods.get(at) ?? stream.pod;
      const isComplete = stream.pod !== undefined && this.team !== undefined;
      if (isComplete || this.nowMs >= stream.sinceMs + WAIT_MS) stream.isPatient = false;
    }
  }

  expected({ origin, pod, isPatient }: Known): object {
    const facts =
      pod === undefined
        ? undefined
        : {
            labels: pod.labels,
            annotations: {},
            namespaceLabels: this.team === undefined ? {} : { team: this.team },
            owner: pod.owner,
            image: 'registry.example/web:1',
          };
    return {
      origin: facts === undefined ? origin : { ...origin, facts },
      isAwaited: isPatient,
      isExcluded: 'birler.io/exclude' in (pod?.annotations ?? {}),
    };
  }
}

const seen = ({ origin, isAwaited, isExcluded }: Treatment): object => ({ origin, isAwaited, isExcluded });

/** Plain objects: chosen facts have no prototype. */
const plain = (value: object): unknown => JSON.parse(JSON.stringify(value));

const play = async (actions: readonly Action[]): Promise<void> => {
  const clock = new FakeClock(0);
  const told = new Set<string>();
  const treatments = new PodTreatments(
    {
      selectsPod: newSelection({ include: [], exclude: [], files: { include: ['*'], exclude: [] } })
        .selectsPod,
      facts: { labels: ['*'], annotations: [], namespaceLabels: ['*'] },
      waitMs: WAIT_MS,
      obeysAnnotations: true,
      multiline: '',
      rateLimit: undefined,
      excess: 'delay',
      newLineJoiner: () => undefined,
      newShaper: () => undefined,
    },
    {
      source: new ToldPods(true),
      clock: clock.forProcess(() => true),
      onChanged: (keys) => {
        for (const key of keys) told.add(key);
      },
      onWrongAnnotation: () => undefined,
      onTooManyPods: () => undefined,
    },
  );
  treatments.start();
  const model = new Model();
  const last = new Map<number, Treatment>();

  for (const step of actions) {
    switch (step.kind) {
      case 'of': {
        const before = model.streams.get(step.stream);
        const origin = originAt(step.stream, step.containerId);
        const since = before ?? { sinceMs: model.nowMs, pod: undefined, isPatient: true };
        model.streams.set(step.stream, { ...since, origin });
        model.look();
        const treatment = treatments.of(`key-${step.stream}`, origin);
        if (before?.origin !== undefined && JSON.stringify(before.origin) !== JSON.stringify(origin))
          told.add(`key-${step.stream}`);
        if (before === undefined) last.set(step.stream, treatment);
        break;
      }
      case 'forget':
        model.streams.delete(step.stream);
        last.delete(step.stream);
        treatments.forget(`key-${step.stream}`);
        break;
      case 'pod': {
        const pod = podAt(step.pod, step.app, step.excluded);
        model.pods.set(step.pod, pod);
        treatments.onPod(pod);
        break;
      }
      case 'gone':
        treatments.onPodGone(`uid-${step.pod}`);
        break;
      case 'namespace':
        model.team = step.team;
        treatments.onNamespace('shop', { team: step.team });
        break;
      case 'time':
        await clock.advance(step.ms);
        model.nowMs += step.ms;
    }
    model.look();
    for (const [at, known] of model.streams) {
      const treatment = treatments.of(`key-${at}`, known.origin);
      expect(plain(seen(treatment))).toEqual(plain(model.expected(known)));
      // It is another object only if that was said.
      if (!told.has(`key-${at}`)) expect(treatment).toBe(last.get(at));
      last.set(at, treatment);
    }
    for (const key of told)
      if (step.kind !== 'forget') expect(model.streams.has(Number(key.slice(4)))).toBe(true);
    told.clear();
  }
  treatments.close();
  expect(clock.pending).toBe(0);
};

describe('treatments', () => {
  it('are what is known of each stream, whatever comes in which order; a change is always said', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), (actions) => play(actions)),
      { numRuns: 500 },
    );
  });
});
