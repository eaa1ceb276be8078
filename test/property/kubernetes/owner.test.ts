import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownerOf } from '../../../src/kubernetes/owner.ts';

const NOW = Date.UTC(2026, 10, 20);
const MINUTE = 60_000;
const name = fc.stringMatching(/^[a-z](?:[a-z0-9-]{0,20}[a-z0-9])?$/);
const hash = fc.stringMatching(/^[bcdfghjklmnpqrstvwxz2456789]{5,10}$/);

describe('the owner that people know', () => {
  it('of a pod of a Deployment is the Deployment', () => {
    fc.assert(
      fc.property(name, hash, (deployment, suffix) => {
        const reference = { kind: 'ReplicaSet', name: `${deployment}-${suffix}`, controller: true };
        expect(ownerOf([reference], { 'pod-template-hash': suffix }, NOW)).toEqual({
          kind: 'Deployment',
          name: deployment,
        });
      }),
    );
  });

  it('of a pod of a ReplicaSet that nobody made is the ReplicaSet', () => {
    fc.assert(
      fc.property(name, fc.option(hash), (set, label) => {
        fc.pre(label === null || !set.endsWith(`-${label}`));
        const labels = label === null ? {} : { 'pod-template-hash': label };
        const reference = { kind: 'ReplicaSet', name: set, controller: true };
        expect(ownerOf([reference], labels, NOW)).toEqual({ kind: 'ReplicaSet', name: set });
      }),
    );
  });

  it('of a pod of a CronJob is the CronJob, however late the pod is made', () => {
    fc.assert(
      fc.property(name, fc.integer({ min: 0, max: 300 * 24 * 60 }), (cronJob, lateMinutes) => {
        const due = Math.floor(NOW / MINUTE) - lateMinutes;
        const reference = { kind: 'Job', name: `${cronJob}-${due}`, controller: true };
        expect(ownerOf([reference], {}, NOW)).toEqual({ kind: 'CronJob', name: cronJob });
      }),
    );
  });

  it('of a pod of a Job that a person named, with a date or any number, is the Job', () => {
    const far = fc
      .integer({ min: 0, max: 9_999_999_999 })
      .filter((number) =>
        [number, number / 60].every((minutes) => Math.abs(minutes - NOW / MINUTE) > 500 * 24 * 60),
      );
    const suffix = fc.oneof(
      far.map(String),
      fc.constantFrom('20261120', '20260101', '2026-11-20', 'v2', 'now'),
    );
    fc.assert(
      fc.property(name, suffix, (job, end) => {
        const reference = { kind: 'Job', name: `${job}-${end}`, controller: true };
        expect(ownerOf([reference], {}, NOW)).toEqual({ kind: 'Job', name: `${job}-${end}` });
      }),
    );
  });

  it('is the controller alone, and nobody where none controls', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('StatefulSet', 'DaemonSet', 'Node', 'Workflow'),
        name,
        name,
        (kind, owner, other) => {
          const bystander = { kind: 'ConfigMap', name: other };
          expect(ownerOf([bystander, { kind, name: owner, controller: true }], {}, NOW)).toEqual({
            kind,
            name: owner,
          });
          expect(ownerOf([bystander, { kind, name: owner, controller: false }], {}, NOW)).toBeUndefined();
        },
      ),
    );
  });

  it('of a pod whose time of birth nobody can read is the Job itself', () => {
    const reference = { kind: 'Job', name: `backup-${Math.floor(NOW / MINUTE)}`, controller: true };
    expect(ownerOf([reference], {}, Number.NaN)).toEqual({ kind: 'Job', name: reference.name });
  });
});
