import type { Surroundings } from '../../src/config/surroundings.ts';

/** A quiet place to run: a normal user, no terminal, an empty environment. */
export const surroundings = (changes: Partial<Surroundings> = {}): Surroundings => ({
  variables: {},
  hostname: 'node-1',
  homeDirectory: '/home/someone',
  workingDirectory: '/work',
  isRoot: false,
  stdoutIsTerminal: false,
  stderrIsTerminal: false,
  ...changes,
});
