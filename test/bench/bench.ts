/**
 * The benchmark: `npm run bench -- --help`. What it measures, and how to read it: docs/benchmarks.md.
 *
 *   workload/  makes logs from a seed      check/   compares outputs with them
 *   process/   runs programs and measures  cases/   one thing to measure each
 *   peers/     other agents, set up fairly report/  tables, history, page
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Bench, BenchCase } from './cases/case.ts';
import { CASES } from './cases/catalogue.ts';
import { type BenchOptions, HELP, readOptions } from './options.ts';
import { isOnPath, PEERS, type PeerResult, runPeer } from './peers/run-peer.ts';
import { builtProgram, type Program, sourceProgram } from './process/program.ts';
import { Revision } from './process/revision.ts';
import { comparisonText } from './report/comparison.ts';
import { load, readConditions } from './report/conditions.ts';
import { appendHistory, writeFigures } from './report/files.ts';
import { type Run, reportText } from './report/report.ts';
import { runCases } from './run-cases.ts';
import { provideNode } from './workload/node-directory.ts';
import { makeWorkload } from './workload/workloads.ts';
import { Workspace } from './workspace.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const OURS = 'birler';

const say = (text: string): boolean => process.stderr.write(`${text}\n`);

const main = async (args: readonly string[]): Promise<number> => {
  const options = readOptions(args);
  if (options.action === 'help') process.stdout.write(HELP);
  else if (options.action === 'list') process.stdout.write(listText());
  else return benchmark(options);
  return 0;
};

const listText = (): string =>
  [...CASES, { name: 'peers', title: 'other agents on the PATH, JSON to a file' }]
    .map(({ name, title }) => `${name.padEnd(16)}${title}\n`)
    .join('');

const benchmark = async (options: BenchOptions): Promise<number> => {
  const loadBefore = load();
  using workspace = new Workspace(options.directory, options.bytes);
  const bench: Bench = {
    scratch: workspace.scratch,
    node: (name) => provideNode(workspace.workloads, makeWorkload(name, options.bytes)),
    bytes: options.bytes,
    watchSeconds: options.watchSeconds,
  };
  const cases = selected(options);
  using revision =
    options.compare === undefined
      ? undefined
      : new Revision(ROOT, options.compare, join(workspace.scratch, 'compare'));
  const ours = ourProgram(options.fromSource, workspace.scratch);
  const programs = revision === undefined ? [ours] : [revision.program, ours];
  const results = await runCases(cases, programs, bench, {
    repeat: options.repeat,
    repeatLong: options.repeatLong,
    say,
  });
  const { peers, peersWithout } = options.peers ? await runPeers(bench) : { peers: [], peersWithout: [] };
  const run: Run = { conditions: readConditions(ROOT, options, loadBefore), results, peers, peersWithout };
  publish(options, cases, run);
  if (options.clean) workspace.removeWorkloads();
  else say(`The workloads stay in ${workspace.workloads} for the next run; --clean removes them.`);
  const failed = results.filter(({ error }) => error !== undefined);
  for (const { name, program, error = '' } of failed) say(`${name} (${program}) failed: ${error}`);
  return failed.length === 0 ? 0 : 1;
};

/** The cases that were asked for, and those that they are compared with. */
const selected = ({ cases }: BenchOptions): readonly BenchCase[] => {
  if (cases.length === 0) return CASES;
  const bases = CASES.flatMap(({ name, relation }) =>
    cases.includes(name) && relation ? [relation.to] : [],
  );
  return CASES.filter(({ name }) => cases.includes(name) || bases.includes(name));
};

const ourProgram = (fromSource: boolean, scratch: string): Program =>
  fromSource ? sourceProgram(ROOT, OURS) : builtProgram(ROOT, OURS, join(scratch, 'built'));

const runPeers = async (bench: Bench): Promise<Pick<Run, 'peers' | 'peersWithout'>> => {
  const peers: PeerResult[] = [];
  const peersWithout: string[] = [];
  for (const peer of PEERS) {
    if (!isOnPath(peer.program)) {
      peersWithout.push(`${peer.program} is not on the PATH`);
      continue;
    }
    say(`peer ${peer.program}`);
    try {
      peers.push(await runPeer(peer, bench.scratch, bench.node('one-file')));
    } catch (error) {
      // What it said names directories of this machine: that is for the terminal, not for the page.
      peersWithout.push(`${peer.program} did not do the job`);
      say(error instanceof Error ? error.message : String(error));
    }
  }
  return { peers, peersWithout };
};

const publish = (options: BenchOptions, cases: readonly BenchCase[], run: Run): void => {
  const report = reportText(cases, run, OURS);
  process.stdout.write(`\n${report}\n`);
  if (options.compare !== undefined)
    process.stdout.write(`\n${comparisonText(cases, run.results, options.compare, OURS)}\n`);
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(run, undefined, 2)}\n`);
  if (options.record) appendHistory(join(ROOT, 'test/bench/history.jsonl'), cases, run, OURS);
  if (options.writeDocs) writeFigures(join(ROOT, 'docs/benchmarks.md'), report);
};

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  say(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
}
