import { assertNever } from '../core/errors.ts';
import type { Sink } from '../deliver/sink.ts';
import type { System } from '../system/system.ts';
import { fileSink } from './file.ts';
import { stdoutSink } from './stdout.ts';

/** Where an output can write to: what the configuration says of it, apart from its format. */
export type SinkSettings =
  | { readonly type: 'stdout' }
  | { readonly type: 'file'; readonly path: string; readonly mode: number };

/** @param onClosed called when the destination is gone for good, even if nothing is being written */
export const createSink = (
  settings: SinkSettings,
  system: System,
  onClosed: (error: Error) => void,
): Sink => {
  switch (settings.type) {
    case 'stdout':
      return stdoutSink(system.process, onClosed);
    case 'file':
      return fileSink(system.files, settings);
    default:
      return assertNever(settings);
  }
};
