import type { Config } from '../config/config.ts';
import type { Surroundings } from '../config/surroundings.ts';
import type { Finding } from '../doctor/finding.ts';
import type { Files } from '../system/system.ts';
import type { Status } from './status-view.ts';

/** What the commands ask of the world. Slow things are functions, so that `birler --help` need not load them. */
export interface World {
  /** Writes to standard output. */
  readonly print: (text: string) => void;
  /** Writes to standard error. */
  readonly complain: (text: string) => void;
  readonly surroundings: () => Surroundings;
  readonly now: () => number;
  readonly loadFiles: () => Promise<ReadableFiles>;
  readonly runAgent: RunAgent;
  readonly readStatus: ReadStatus;
  /** Looks at this node; see doctor. */
  readonly examine: (config: Config) => Promise<readonly Finding[]>;
  readonly fetch: (url: string) => Promise<Response>;
  /** Writes to standard output until the body ends, breaks off, or the reader has gone. */
  readonly pour: (body: ReadableStream<Uint8Array>) => Promise<'ended' | 'interrupted' | 'unread'>;
}

export type ReadableFiles = Pick<Files, 'statusOf' | 'list' | 'readWhole'>;

/** Runs until it is stopped, or with `once` until everything that is there was delivered. Resolves to the exit code. */
export type RunAgent = (config: Config, options: RunOptions) => Promise<number>;

export interface RunOptions {
  readonly once: boolean;
  readonly graceMs: number;
  /** Where the configuration can change; undefined if there are only flags. */
  readonly configPath: string | undefined;
  /** Reads the configuration again. Throws a BirlerError that says what is wrong. */
  readonly reread: () => Promise<Config>;
}

/** What the agent of this state directory, running or not, has saved. */
export type ReadStatus = (stateDirectory: string) => Promise<Status>;
