import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { NODE_NAME } from '../workload/streams.ts';
import { measure, type Usage } from './measure.ts';
import type { Program } from './program.ts';

export type Format = 'json' | 'raw' | 'none';

export interface AgentOptions {
  readonly logs: string;
  readonly pods: string;
  readonly state: string;
  /** `stdout` or `file:PATH`. */
  readonly outputs: readonly string[];
  readonly format: Format;
  readonly once: boolean;
}

/** As a user starts it: everything that can be left at its default is. */
export const agentCommand = (program: Program, options: AgentOptions): readonly string[] => [
  ...program.command,
  'run',
  ...['--logs', options.logs, '--pods', options.pods, '--state', options.state],
  ...options.outputs.flatMap((output) => ['--output', output]),
  ...['--format', options.format],
  ...(options.once ? ['--once'] : []),
];

export const AGENT_ENVIRONMENT = { NODE_NAME };

export interface OnceRun {
  readonly usage: Usage;
  /** What the agent says it delivered, to all outputs together. */
  readonly records: number;
}

/** Runs an agent over a backlog to its end, with a state of its own. */
export const runOnce = async (
  program: Program,
  scratch: string,
  options: Pick<AgentOptions, 'logs' | 'pods' | 'outputs' | 'format'> & { readonly pipeInto?: string },
): Promise<OnceRun> => {
  const state = mkdtempSync(join(scratch, 'state-'));
  try {
    const usage = await measure(agentCommand(program, { ...options, state, once: true }), {
      environment: AGENT_ENVIRONMENT,
      ...(options.pipeInto === undefined ? {} : { pipeInto: options.pipeInto }),
    });
    return { usage, records: reportedRecords(usage.stderr) };
  } finally {
    rmSync(state, { recursive: true, force: true });
  }
};

/** The agent's last words: `{"records":322769,"isDelivered":true,"msg":"stopped: …"}`. */
const reportedRecords = (stderr: string): number => {
  for (const line of stderr.trimEnd().split('\n').toReversed()) {
    const [, records, isDelivered] = /"records":(\d+),"isDelivered":(true|false)/.exec(line) ?? [];
    if (records === undefined) continue;
    if (isDelivered !== 'true') throw new Error(`the agent ended before everything was delivered: ${line}`);
    return Number(records);
  }
  throw new Error(`the agent did not say how many records it delivered:\n${stderr}`);
};
