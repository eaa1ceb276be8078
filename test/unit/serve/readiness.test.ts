import { describe, expect, it } from 'vitest';
import { notReadyBecause, stuckBecause } from '../../../src/serve/readiness.ts';
import { output, snapshot } from './fake-snapshot.ts';

const { directories } = snapshot();

describe('liveness', () => {
  it('fails only when the loop is stuck, and not at the stop', () => {
    expect(stuckBecause({ phase: 'running', loopAgeMs: 29_000 })).toBeUndefined();
    expect(stuckBecause({ phase: 'running', loopAgeMs: 31_000 })).toBe(
      "the agent's loop has made no pass for 31 s",
    );
    expect(stuckBecause({ phase: 'stopping', loopAgeMs: 600_000 })).toBeUndefined();
  });
});

describe('readiness', () => {
  it.each([
    ['all is well', snapshot(), []],
    [
      'the directory is not there',
      snapshot({ phase: 'starting', directories: { ...directories, isMissing: true } }),
      ['the logs directory /var/log/containers does not exist'],
    ],
    [
      'it has just begun',
      snapshot({ phase: 'starting' }),
      ['the directories are being read for the first time'],
    ],
    ['it stops', snapshot({ phase: 'stopping', loopAgeMs: 60_000 }), ['birler is stopping']],
    [
      'an output failed just now',
      snapshot({ outputs: [output({ failing: { forMs: 59_000, reason: 'x' } })] }),
      [],
    ],
    [
      'an output has failed for long',
      snapshot({ outputs: [output(), output({ name: 'b', failing: { forMs: 90_000, reason: 'ENOSPC' } })] }),
      ['output b has failed for 1m 30s: ENOSPC'],
    ],
    [
      'checkpoints fail',
      snapshot({ checkpoint: { commits: 0, failingForMs: 40_000, unsavedForMs: 41_000 } }),
      ['positions could not be saved for 40 s'],
    ],
    [
      'a checkpoint hangs',
      snapshot({ checkpoint: { commits: 0, failingForMs: undefined, unsavedForMs: 420_000 } }),
      ['positions have waited to be saved for 7m 0s'],
    ],
    [
      'Kubernetes does not answer',
      snapshot({ pods: { isSynced: false, trouble: '403', heardAgeMs: 1 } }),
      [],
    ],
    ['the loop is stuck', snapshot({ loopAgeMs: 45_000 }), ["the agent's loop has made no pass for 45 s"]],
  ])('when %s', (_, agent, reasons) => {
    expect(notReadyBecause(agent)).toEqual(reasons);
  });
});
