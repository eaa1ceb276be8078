import { hostname } from 'node:os';
import { chokidarWatcher } from './chokidar-watcher.ts';
import { gunzip } from './gunzip.ts';
import { realClock } from './real-clock.ts';
import { realFiles } from './real-files.ts';
import { openStandardOutput } from './standard-output.ts';
import type { System } from './system.ts';

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** The world as it is. */
export const realSystem = (): System => ({
  files: realFiles,
  clock: realClock,
  watcher: chokidarWatcher,
  compression: gunzip,
  random: Math.random,
  process: {
    pid: process.pid,
    hostname: hostname(),
    openStandardOutput,
    exit: (code) => process.exit(code),
    onSignal: (listener) => {
      for (const signal of SIGNALS) process.on(signal, listener);
      return () => {
        for (const signal of SIGNALS) process.off(signal, listener);
      };
    },
  },
});
