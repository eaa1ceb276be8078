import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkOutputFile, OutputCheck } from '../check/output-check.ts';
import { describeVerdict, isExact } from '../check/verdict.ts';
import { Fifo } from '../process/fifo.ts';
import { LiveAgent } from '../process/live-agent.ts';
import { LiveNode } from '../workload/live-node.ts';
import { MIXED } from '../workload/mix.ts';
import type { BenchCase } from './case.ts';

const FILES = 50;
const MIB = 2 ** 20;
/** Of the size of a workload: what is written while nobody reads. */
const BACKLOG_SHARE = 4;

/** The reader of the pipe stands still while the containers go on writing; then it wakes up. */
export const STALL: BenchCase = {
  name: 'stall',
  title: 'catching up after the reader of the pipe stood still',
  figures: [
    { name: 'catching up', unit: 'MiB/s' },
    { name: 'input per CPU second', unit: 'MiB/CPU s' },
    { name: 'peak memory', unit: 'MiB' },
  ],
  run: async (program, { scratch, bytes }) => {
    using node = new LiveNode(scratch, FILES, MIXED, true);
    using fifo = new Fifo(join(node.directory, 'fifo'));
    const output = join(node.directory, 'output.json');
    const file = openSync(output, 'w');
    await using agent = new LiveAgent(program, node, 'stdout', fifo.writeEnd);
    fifo.closeWriteEnd();
    const reader = spawn('cat', [fifo.path], { stdio: ['ignore', file, 'inherit'] });
    const ended = once(reader, 'close');
    closeSync(file);
    closeSync(fifo.readEnd);
    try {
      for (let stream = 0; stream < FILES; stream++) node.write(stream);
      const isDelivered = (): boolean => statSync(output).size >= node.jsonBytes;
      await agent.until('the first lines arrive', isDelivered);
      reader.kill('SIGSTOP');
      const from = node.bytesWritten;
      for (let turn = 0; node.bytesWritten - from < bytes / BACKLOG_SHARE; turn++) node.write(turn);
      const backlogMib = (node.bytesWritten - from) / MIB;
      const cpuBefore = agent.cpuSeconds;
      const before = performance.now();
      reader.kill('SIGCONT');
      await agent.until('everything is delivered', isDelivered);
      const seconds = (performance.now() - before) / 1000;
      const cpuSeconds = agent.cpuSeconds - cpuBefore;
      const peak = agent.peakRssMib;
      await agent.stop();
      await ended;
      const verdict = checkOutputFile(output, new OutputCheck(node.streams, node.accounts, 'json'));
      if (!isExact(verdict)) throw new Error(`the output is wrong: ${describeVerdict(verdict)}`);
      return {
        'catching up': backlogMib / seconds,
        'input per CPU second': backlogMib / cpuSeconds,
        'peak memory': peak,
      };
    } finally {
      reader.kill('SIGKILL');
    }
  },
};
