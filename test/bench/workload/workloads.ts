import { JSON_ONLY, MIXED, type Mix, SHORT, UNICODE } from './mix.ts';
import { makeStreams, type StreamSpec } from './streams.ts';

/** A backlog of logs on a node. */
export interface Workload {
  readonly name: string;
  readonly description: string;
  readonly streams: readonly StreamSpec[];
  /** Each file ends with the record that reaches this size. */
  readonly bytesPerFile: number;
}

/** Short lines take four times the work a byte, and are compared with nothing. */
const SHORT_SHARE = 4;

export const WORKLOAD_NAMES = ['one-file', 'hundred-files', 'short', 'unicode', 'json'] as const;
export type WorkloadName = (typeof WORKLOAD_NAMES)[number];

/** @param bytes of all files together; `short` has a quarter */
export const makeWorkload = (name: WorkloadName, bytes: number): Workload => {
  switch (name) {
    case 'one-file':
      return workload(name, 'mixed messages in one file', 1, bytes, MIXED);
    case 'hundred-files':
      return workload(name, 'mixed messages in 100 files', 100, bytes, MIXED);
    case 'short':
      return workload(name, 'messages of 12 to 40 bytes', 1, bytes / SHORT_SHARE, SHORT);
    case 'unicode':
      return workload(name, 'hardly any ASCII', 1, bytes, UNICODE);
    case 'json':
      return workload(name, 'every message is JSON', 1, bytes, JSON_ONLY);
  }
};

const workload = (
  name: WorkloadName,
  description: string,
  files: number,
  bytes: number,
  mix: Mix,
): Workload => ({
  name,
  description,
  streams: makeStreams(files, WORKLOAD_NAMES.indexOf(name) + 1, mix),
  bytesPerFile: Math.ceil(bytes / files),
});
