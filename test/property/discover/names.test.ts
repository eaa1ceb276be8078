import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareAges, type NameAge } from '../../../src/core/sighting.ts';
import {
  parseContainerPath,
  parseLinkName,
  parsePodDirectory,
  parseRestart,
} from '../../../src/discover/kubelet-names.ts';
import { parseLogName } from '../../../src/discover/log-name.ts';

/** DNS names as Kubernetes allows them. */
const label = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const subdomain = fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.'));
const id = fc.stringMatching(/^[0-9a-f]{64}$/);

test('every path that the kubelet makes is taken apart into what it was made of', () => {
  const restart = fc.nat({ max: 999_999_999 });
  fc.assert(
    fc.property(label, subdomain, fc.uuid(), label, restart, (namespace, pod, uid, container, restart) => {
      const path = `/var/log/pods/${namespace}_${pod}_${uid}/${container}/${restart}.log`;
      expect(parsePodDirectory(`${namespace}_${pod}_${uid}`)).toEqual({ namespace, pod, uid });
      expect(parseRestart(`${restart}.log`)).toBe(restart);
      expect(parseContainerPath(path)).toEqual({
        podsDirectory: '/var/log/pods',
        namespace,
        pod,
        uid,
        container,
        restart,
      });
    }),
  );
});

test('every link that the kubelet makes says its container, and as much of the id as was not cut', () => {
  fc.assert(
    fc.property(
      label,
      fc.string({ unit: fc.constantFrom('p', '0', '-', '.'), minLength: 1, maxLength: 253 }),
      label,
      id,
      (namespace, pod, container, containerId) => {
        const whole = `${pod}_${namespace}_${container}-${containerId}`;
        const name = `${whole.slice(0, 251)}.log`;
        const link = parseLinkName(name);
        const beforeId = whole.length - containerId.length;
        // Where the container's name itself was cut, no name can say whether its end is an id.
        if (beforeId > 251) return;
        expect(link).toEqual({
          namespace,
          pod,
          container,
          containerId: containerId.slice(0, 251 - beforeId),
        });
      },
    ),
    { numRuns: 300 },
  );
});

test('any name at all is taken apart without an error', () => {
  const name = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('.', '-', '_', '1', '9', 'a', 'log', 'gz', '/') }),
  );
  fc.assert(
    fc.property(name, (text) => {
      for (const parse of [parseLinkName, parsePodDirectory, parseRestart, parseContainerPath]) parse(text);
      const log = parseLogName(text);
      if (log !== undefined) expect(text.startsWith(log.base)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('a rotated name says the live name that it was made of, and whether it was compressed', () => {
  const suffix = fc.oneof(
    fc.nat({ max: 99_999 }).map((number) => `.${number}`),
    fc.constantFrom('.20261120-201953', '-20261120', '-2026112020', '-20261120-1795206835'),
  );
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z0-9_-]{1,12}\.log$/),
      suffix,
      fc.boolean(),
      (base, suffix, compressed) => {
        expect(parseLogName(`${base}${suffix}${compressed ? '.gz' : ''}`)).toMatchObject({
          base,
          compressed,
        });
        expect(parseLogName(`${base}${suffix}.tmp`)).toBeUndefined();
      },
    ),
  );
});

const age: fc.Arbitrary<NameAge> = fc.oneof(
  fc.constant({ kind: 'live' as const }),
  fc.record({ kind: fc.constant('shifted' as const), number: fc.nat({ max: 20 }) }),
  fc.record({
    kind: fc.constant('dated' as const),
    date: fc.constantFrom('20261119', '20261120-201953', '20261120', '20261121'),
  }),
);

test('ages have one order, whatever pair is compared first', () => {
  fc.assert(
    fc.property(age, age, age, (a, b, c) => {
      expect(Math.sign(compareAges(a, b))).toBe(0 - Math.sign(compareAges(b, a)));
      expect(compareAges(a, a)).toBe(0);
      if (compareAges(a, b) <= 0 && compareAges(b, c) <= 0) expect(compareAges(a, c)).toBeLessThanOrEqual(0);
    }),
    { numRuns: 1000 },
  );
});
