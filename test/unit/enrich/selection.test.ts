import { describe, expect, it } from 'vitest';
import type { Origin } from '../../../src/core/origin.ts';
import { newSelection, type SelectionRules } from '../../../src/enrich/selection.ts';
import { podOf } from '../../support/pods.ts';

const ANY = { namespace: '*', pod: '*', container: '*' };
const origin = (namespace: string, pod: string, container: string): Origin => ({
  kind: 'kubernetes',
  namespace,
  pod,
  uid: 'u',
  container,
  containerId: '',
  restart: 0,
  host: 'node-1',
});
const selection = (rules: Partial<SelectionRules>) =>
  newSelection({ include: [], exclude: [], files: { include: ['*.log'], exclude: [] }, ...rules });

describe('which containers are followed', () => {
  it('all of them, without a rule', () => {
    expect(selection({}).selects(origin('shop', 'web-0', 'app'))).toBe(true);
  });

  it('those that one included rule names in all its parts', () => {
    const { selects } = selection({
      include: [
        { ...ANY, namespace: 'shop', container: 'app*' },
        { ...ANY, pod: 'etcd-?' },
      ],
    });
    expect(selects(origin('shop', 'web-0', 'app-2'))).toBe(true);
    expect(selects(origin('shop', 'web-0', 'sidecar'))).toBe(false);
    expect(selects(origin('infra', 'web-0', 'app'))).toBe(false);
    expect(selects(origin('infra', 'etcd-1', 'etcd'))).toBe(true);
    expect(selects(origin('infra', 'etcd-12', 'etcd'))).toBe(false);
  });

  it('none that an excluded rule names, though another rule includes it', () => {
    const { selects } = selection({
      include: [{ ...ANY, namespace: 'shop' }],
      exclude: [{ ...ANY, container: '{istio-*,linkerd}' }],
    });
    expect(selects(origin('shop', 'web-0', 'app'))).toBe(true);
    expect(selects(origin('shop', 'web-0', 'istio-proxy'))).toBe(false);
    expect(selects(origin('shop', 'web-0', 'linkerd'))).toBe(false);
  });

  it('names with a dot and more, because a glob star means any name', () => {
    const { selects } = selection({ include: [{ ...ANY, pod: '*' }] });
    expect(selects(origin('shop', 'web-0.example.com', 'app'))).toBe(true);
  });

  it('every file without kubelet names: its own rules decide', () => {
    const { selects } = selection({ include: [{ ...ANY, namespace: 'shop' }], exclude: [ANY] });
    expect(selects({ kind: 'file', file: 'app.log', host: 'node-1' })).toBe(true);
  });
});

describe('rules with labels and annotations', () => {
  const app = origin('shop', 'web-0', 'app');
  const web = podOf({ labels: { app: 'web', tier: 'front' }, annotations: { 'example.com/logs': 'off' } });

  it('match a pod that has them all', () => {
    const rule = { ...ANY, namespace: 'shop', labels: 'app=web, tier in (front, back)' };
    const { selectsPod } = selection({ include: [{ ...rule, annotations: 'example.com/logs=o*' }] });
    expect(selectsPod(app, web)).toBe(true);
    expect(selectsPod(app, { ...web, labels: { app: 'web' } })).toBe(false);
    expect(selectsPod(app, { ...web, annotations: {} })).toBe(false);
    expect(selectsPod(origin('infra', 'web-0', 'app'), web)).toBe(false);
  });

  it('match nothing while the pod is unknown: excluded by labels is followed, included by labels is not', () => {
    expect(selection({ exclude: [{ ...ANY, labels: '!app' }] }).selectsPod(app, undefined)).toBe(true);
    expect(selection({ include: [{ ...ANY, labels: '!app' }] }).selectsPod(app, undefined)).toBe(false);
  });

  it('leave open what the path alone cannot decide', () => {
    const byLabels = { ...ANY, namespace: 'shop', labels: 'app=web' };
    expect(selection({ exclude: [byLabels] }).selects(app)).toBe(true);
    expect(selection({ include: [byLabels] }).selects(app)).toBe(true);
    expect(selection({ include: [byLabels] }).selects(origin('infra', 'web-0', 'app'))).toBe(false);
    expect(selection({ include: [byLabels], exclude: [{ ...ANY, pod: 'web-*' }] }).selects(app)).toBe(false);
  });
});

describe("birler's own pod", () => {
  it('is left out, with all its containers, whatever is included', () => {
    const ownPod = { namespace: 'logging', pod: 'birler-abcde' };
    const { selects, selectsPod } = selection({ include: [ANY], ownPod });
    const own = origin('logging', 'birler-abcde', 'agent');
    expect([selects(own), selectsPod(own, podOf())]).toEqual([false, false]);
    expect(selects(origin('logging', 'birler-fghij', 'agent'))).toBe(true);
    expect(selects(origin('shop', 'birler-abcde', 'agent'))).toBe(true);
  });
});

describe('which plain files are logs', () => {
  it('those with an included name that is not excluded', () => {
    const { selectsFile } = selection({ files: { include: ['*.log', 'messages'], exclude: ['debug-*'] } });
    expect(['app.log', 'messages', '.hidden.log'].map(selectsFile)).toEqual([true, true, true]);
    expect(['app.txt', 'debug-1.log', 'messages.d'].map(selectsFile)).toEqual([false, false, false]);
  });

  it('none, if no name is included', () => {
    expect(selection({ files: { include: [], exclude: [] } }).selectsFile('app.log')).toBe(false);
  });
});
