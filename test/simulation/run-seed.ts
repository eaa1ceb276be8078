import type { Action } from './actions.ts';
import type { AgentUnderTest } from './agent-host.ts';
import { scriptOf } from './script.ts';
import { settingsOf } from './settings.ts';
import { shrink } from './shrink.ts';
import { Simulation } from './simulation.ts';

export const DEFAULT_STEPS = 60;
const SHRINK_RUNS = 600;

/** A promise that was broken, or an error that nobody should have seen. */
export interface Failure {
  readonly seed: number;
  readonly script: readonly Action[];
  readonly error: Error;
}

/** @returns undefined if all went well */
const runScript = async (
  seed: number,
  script: readonly Action[],
  agent: AgentUnderTest,
): Promise<Failure | undefined> => {
  try {
    await new Simulation(settingsOf(seed), seed, agent).run(script);
    return undefined;
  } catch (error) {
    return { seed, script, error: error instanceof Error ? error : new Error(String(error)) };
  }
};

export const runSeed = (seed: number, steps: number, agent: AgentUnderTest): Promise<Failure | undefined> =>
  runScript(seed, scriptOf(seed, steps), agent);

/** The same failure with as few actions as still make it. */
export const shrinkFailure = async (failure: Failure, agent: AgentUnderTest): Promise<Failure> => {
  const kind = kindOf(failure.error);
  const fails = async (script: readonly Action[]): Promise<boolean> => {
    const found = await runScript(failure.seed, script, agent);
    return found !== undefined && kindOf(found.error) === kind;
  };
  const script = await shrink(failure.script, fails, SHRINK_RUNS);
  return (await runScript(failure.seed, script, agent)) ?? failure;
};

/** Two failures are of one kind if their messages say the same of other lines. */
const kindOf = (error: Error): string =>
  `${error.name} ${error.message.split('\n')[0] ?? ''}`.replaceAll(/[#\d]+|"[^"]*"/g, '').slice(0, 60);
