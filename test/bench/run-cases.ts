import type { Bench, BenchCase, Sample } from './cases/case.ts';
import type { Program } from './process/program.ts';
import { runYardsticks, type Yardstick } from './process/yardsticks.ts';

/** Everything that was measured of one case with one program, round by round. */
export interface CaseResult {
  readonly name: string;
  readonly program: string;
  readonly samples: Sample[];
  /** For backlogs: what the yardsticks took in the same rounds. */
  readonly yardsticks: Yardstick[];
  /** What the full check of the output found. */
  checked: string | undefined;
  error: string | undefined;
}

interface RunOptions {
  readonly repeat: number;
  /** Whether long cases are run in every round too. */
  readonly repeatLong: boolean;
  readonly say: (text: string) => void;
}

/**
 * Round by round, every case, every program: so that whatever the machine does for a minute falls on all of them. The
 * programs change places every round: the second finds warmer caches. A case that fails is told, and is not run again.
 */
export const runCases = async (
  cases: readonly BenchCase[],
  programs: readonly Program[],
  bench: Bench,
  { repeat, repeatLong, say }: RunOptions,
): Promise<readonly CaseResult[]> => {
  const results = cases.flatMap((each) =>
    programs.map((program) => ({ each, program, result: newResult(each, program) })),
  );
  for (let round = 0; round < repeat; round++) {
    for (const each of cases) {
      if (round > 0 && each.isLong === true && !repeatLong) continue;
      const turns = results.filter((turn) => turn.each === each && turn.result.error === undefined);
      if (turns.length === 0) continue;
      const yardstick = each.workload && (await runYardsticks(bench.node(each.workload)));
      for (const { program, result } of round % 2 === 0 ? turns : turns.toReversed()) {
        say(`${round + 1}/${repeat} ${each.name} (${program.label})`);
        await attempt(result, async () => {
          result.samples.push(await each.run(program, bench));
          if (yardstick !== undefined) result.yardsticks.push(yardstick);
          if (round === 0) result.checked = await each.check?.(program, bench);
        });
      }
    }
  }
  return results.map(({ result }) => result);
};

const newResult = ({ name }: BenchCase, { label }: Program): CaseResult => ({
  name,
  program: label,
  samples: [],
  yardsticks: [],
  checked: undefined,
  error: undefined,
});

const attempt = async (result: CaseResult, work: () => Promise<void>): Promise<void> => {
  try {
    await work();
  } catch (error) {
    result.error = error instanceof Error ? error.message : String(error);
  }
};
