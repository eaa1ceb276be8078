import type { Config } from '../config/config.ts';
import type { Machine } from '../system/machine.ts';
import type { Clock, Files } from '../system/system.ts';
import type { Web } from '../system/web.ts';

/** What `birler doctor` looked at, how that is, and what to do about it. */
export interface Finding {
  /** What was looked at: `logs directory`. */
  readonly subject: string;
  readonly level: 'ok' | 'warn' | 'fail';
  readonly message: string;
  /** Empty where nothing is to be done. */
  readonly advice: string;
}

/** The node that is examined, and what is known of how birler is to run there. */
export interface Patient {
  readonly config: Config;
  readonly files: Files;
  readonly machine: Machine;
  readonly web: Web;
  readonly clock: Clock;
  readonly pid: number;
}

export type Check = (patient: Patient) => readonly Finding[] | Promise<readonly Finding[]>;

export const ok = (subject: string, message: string): Finding => ({
  subject,
  level: 'ok',
  message,
  advice: '',
});

export const warn = (subject: string, message: string, advice: string): Finding => ({
  subject,
  level: 'warn',
  message,
  advice,
});

export const fail = (subject: string, message: string, advice: string): Finding => ({
  subject,
  level: 'fail',
  message,
  advice,
});
