import { parseArgs } from 'node:util';
import { parseSize } from '../../src/core/units.ts';
import { CASES } from './cases/catalogue.ts';

export interface BenchOptions {
  readonly cases: readonly string[];
  readonly bytes: number;
  readonly repeat: number;
  readonly repeatLong: boolean;
  readonly watchSeconds: number;
  readonly directory: string | undefined;
  readonly fromSource: boolean;
  readonly compare: string | undefined;
  readonly json: string | undefined;
  readonly record: boolean;
  readonly writeDocs: boolean;
  readonly peers: boolean;
  readonly clean: boolean;
  readonly action: 'run' | 'list' | 'help';
}

export const HELP = `npm run bench -- [options]

  --case NAME      only this case; can be given more than once (--list names them; 'peers' is one)
  --size SIZE      size of each workload (default 1GiB; --quick: 64MiB)
  --repeat N       how often each case is run (default 3; --quick: 1)
  --repeat-long    the cases of a live agent too, which are otherwise run once
  --watch SECONDS  how long a live agent is watched (default 15; --quick: 5; the goals speak of 60)
  --quick          small, once: minutes become seconds, and figures become rough
  --compare REV    also build REV, run both in turn, and tell the ratio of each case
  --from-source    run bin/birler as it stands instead of a bundle
  --dir DIR        where the workloads are kept (default: /dev/shm if there is room, else the temporary directory)
  --clean          remove the workloads at the end; without it they serve the next run too
  --json FILE      write all samples as JSON
  --record         append the medians to test/bench/history.jsonl
  --write-docs     put the tables into docs/benchmarks.md
  --list           name the cases
`;

/** Throws with one clear line for what cannot be understood. */
export const readOptions = (args: readonly string[]): BenchOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      case: { type: 'string', multiple: true, default: [] },
      size: { type: 'string' },
      repeat: { type: 'string' },
      'repeat-long': { type: 'boolean', default: false },
      watch: { type: 'string' },
      quick: { type: 'boolean', default: false },
      compare: { type: 'string' },
      'from-source': { type: 'boolean', default: false },
      dir: { type: 'string' },
      clean: { type: 'boolean', default: false },
      json: { type: 'string' },
      record: { type: 'boolean', default: false },
      'write-docs': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const known = [...CASES.map(({ name }) => name), 'peers'];
  const unknown = values.case.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`there is no case ${unknown}; --list names them`);
  return {
    cases: values.case,
    bytes: sizeOf(values.size ?? (values.quick ? '64MiB' : '1GiB')),
    repeat: wholeNumber('--repeat', values.repeat ?? (values.quick ? '1' : '3')),
    repeatLong: values['repeat-long'],
    watchSeconds: wholeNumber('--watch', values.watch ?? (values.quick ? '5' : '15')),
    directory: values.dir,
    fromSource: values['from-source'],
    compare: values.compare,
    json: values.json,
    record: values.record,
    writeDocs: values['write-docs'],
    peers: values.case.length === 0 || values.case.includes('peers'),
    clean: values.clean,
    action: values.help ? 'help' : values.list ? 'list' : 'run',
  };
};

const SMALLEST = 1024 * 1024;

const sizeOf = (text: string): number => {
  const size = parseSize(text);
  if (size.kind === 'problem') throw new Error(`--size ${size.problem}`);
  if (size.value < SMALLEST) throw new Error('--size must be at least 1MiB');
  return size.value;
};

const wholeNumber = (flag: string, text: string): number => {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${flag} must be a whole number from 1`);
  return number;
};
