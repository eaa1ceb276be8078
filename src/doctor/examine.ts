import { messageOf } from '../core/errors.ts';
import { checkClock } from './clock-check.ts';
import { checkDirectories } from './directories.ts';
import { type Check, type Finding, fail, type Patient } from './finding.ts';
import { checkLimits } from './kernel-limits.ts';
import { checkKubernetes } from './kubernetes-access.ts';
import { checkOutputs } from './outputs.ts';
import { checkAgent } from './running-agent.ts';
import { checkState } from './state-directory.ts';

/** In the order in which the way of a record comes by. */
const CHECKS: readonly (readonly [subject: string, check: Check])[] = [
  ['logs', checkDirectories],
  ['limits', checkLimits],
  ['clock', checkClock],
  ['state directory', checkState],
  ['Kubernetes', checkKubernetes],
  ['outputs', checkOutputs],
  ['running agent', checkAgent],
];

/** All that can be known of a node before, or while, birler runs there. Changes nothing. */
export const examine = async (patient: Patient): Promise<readonly Finding[]> => {
  const findings = await Promise.all(
    CHECKS.map(async ([subject, check]) => {
      try {
        return await check(patient);
      } catch (error) {
        // One that stumbles must not hide the others.
        return [
          fail(subject, `could not be examined: ${messageOf(error)}`, 'report this as a bug in birler'),
        ];
      }
    }),
  );
  return findings.flat();
};
