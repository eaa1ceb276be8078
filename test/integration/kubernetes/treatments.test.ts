import { writeFileSync } from 'node:fs';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import type { Treatment } from '../../../src/core/treatment.ts';
import type { PodTreatments } from '../../../src/enrich/pod-treatments.ts';
import { openTreatments } from '../../../src/kubernetes/open-treatments.ts';
import { realSystem } from '../../../src/system/real-system.ts';
import { Events } from '../../../src/telemetry/events.ts';
import { KubernetesApi, recordedEvents } from '../../support/kubernetes-api.ts';
import { originOf } from '../../support/pods.ts';
import { surroundings } from '../../support/surroundings.ts';
import { TempDir } from '../../support/temp-dir.ts';
import { until } from '../../support/until.ts';

const UID = 'b1c382d8-ac78-4c77-9e06-c60e1f3cf127';
const KEY = `${UID}/panic/0`;
const GOPANIC = originOf({ namespace: 'shop', pod: 'gopanic-0', uid: UID, container: 'panic' });

let directory: TempDir;
let api: KubernetesApi;
let treatments: PodTreatments;
let changes: number;
let log: string[];

beforeAll(() => {
  directory = new TempDir('treatments');
});
afterAll(() => directory[Symbol.dispose]());
beforeEach(async () => {
  api = await KubernetesApi.start(directory.path);
  writeFileSync(directory.join('token'), 'one');
  changes = 0;
  log = [];
});
afterEach(async () => {
  treatments.close();
  await api.stop();
});

const open = (yaml: string, server = api.url): Promise<void> =>
  openWith(
    [
      'kubernetes:',
      `  server: ${server}`,
      '  node: node-a',
      `  token_file: ${directory.join('token')}`,
      `  ca_file: ${directory.join('ca.crt')}`,
      yaml,
    ].join('\n'),
  );

/** As the agent does it, with a configuration as a user writes it. */
const openWith = async (text: string): Promise<void> => {
  const logger = pino({ level: 'info' }, { write: (line: string) => log.push(line) });
  treatments = await openTreatments(
    loadConfig({ name: 'birler.yaml', text }, {}, surroundings()),
    { newLineJoiner: () => undefined, newShaper: () => undefined },
    realSystem(),
    new Events(logger, () => performance.now()),
    () => {
      changes++;
    },
  );
  treatments.start();
};

const treatment = (): Treatment => treatments.of(KEY, GOPANIC);

/** An event of the recorded pod, with other labels or annotations. */
const changed = (what: object): string => {
  const [line = ''] = recordedEvents('watch-pods-delete-bookmark.jsonl');
  const event = JSON.parse(line) as { readonly object: { readonly metadata: object } };
  const object = { ...event.object, metadata: { ...event.object.metadata, ...what } };
  return JSON.stringify({ type: 'MODIFIED', object });
};

describe('a log of a pod that the API server knows', () => {
  it('waits until it is told, then carries labels, owner, image and the labels of its namespace', async () => {
    await open('  annotations: [example.com/*]');
    expect(treatment()).toMatchObject({ isAwaited: true, origin: GOPANIC });
    await until('the pod is known', () => !treatment().isAwaited);
    expect(treatment().origin).toMatchObject({
      facts: {
        labels: { app: 'gopanic' },
        annotations: { 'example.com/owner': 'team-shop' },
        namespaceLabels: {},
        image: 'localhost/hostusr:1',
      },
    });
    expect(treatments.source?.state.trouble).toBe('');
  });

  it('is left out and let in again, live, by an annotation', async () => {
    await open('');
    await until('the pod is known', () => !treatment().isAwaited && api.watches.size === 1);
    const before = changes;
    api.send(changed({ annotations: { 'birler.io/exclude': 'true', 'birler.io/format': 'xml' } }));
    await until('left out', () => treatment().isExcluded);
    expect(changes).toBe(before + 1);
    expect(log.filter((line) => line.includes('is not cri, docker or raw'))).toHaveLength(1);
    api.send(changed({ annotations: {} }));
    await until('let in', () => !treatment().isExcluded);
  });

  it('is left out by rules with labels as soon as they hold', async () => {
    await open('sources:\n  exclude:\n    - labels: tier in (test, load-*)');
    await until('the pod is known', () => !treatment().isAwaited && api.watches.size === 1);
    expect(treatment().isExcluded).toBe(false);
    api.send(changed({ labels: { tier: 'load-2' } }));
    await until('left out', () => treatment().isExcluded);
  });

  it('keeps its labels when the pod is deleted', async () => {
    await open('');
    await until('the pod is known', () => !treatment().isAwaited && api.watches.size === 1);
    for (const line of recordedEvents('watch-pods-delete-bookmark.jsonl')) api.send(line);
    for (const watch of api.watches) watch.end();
    await until('all of it was heard', () => api.asked('watch')[1]?.query['resourceVersion'] === '676');
    expect(treatments.of(KEY, { ...GOPANIC, containerId: 'abc' }).origin).toMatchObject({
      facts: { labels: { app: 'gopanic' } },
    });
  });
});

describe('a log of a pod that nobody can tell of', () => {
  it('waits as long as it is told to, and goes on', async () => {
    const { url } = api;
    await api.stop();
    await open('  wait: 300ms', url);
    const began = performance.now();
    expect(treatment().isAwaited).toBe(true);
    await until('it goes on', () => !treatment().isAwaited);
    expect(performance.now() - began).toBeGreaterThan(250);
    expect(treatment().origin).toEqual(GOPANIC);
    await until('it was said', () => log.some((line) => line.includes('ECONNREFUSED')));
    await api.restart(Number(new URL(url).port));
  });

  it('waits for nothing where there is no API server; that is said once', async () => {
    await openWith('sources: {include: [{labels: app}]}');
    expect(treatment()).toMatchObject({ isAwaited: false, isExcluded: true });
    const said = log.map((line) => (JSON.parse(line) as { readonly msg: string }).msg);
    expect(said).toHaveLength(2);
    expect(said[0]).toMatch(/^nobody is asked about pods/);
    expect(said[1]).toMatch(/these rules match nothing$/);
  });
});
