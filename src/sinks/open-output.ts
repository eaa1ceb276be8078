import type { OutputState } from '../checkpoint/state.ts';
import type { OutputFormat } from '../core/encoder.ts';
import { BirlerError, messageOf } from '../core/errors.ts';
import type { Kernel } from '../core/kernel.ts';
import { Output } from '../deliver/output.ts';
import type { OutputLimits } from '../deliver/output-memory.ts';
import type { Sink } from '../deliver/sink.ts';
import { createEncoder } from '../encode/encoder.ts';
import type { Clock } from '../system/system.ts';
import type { Events } from '../telemetry/events.ts';
import { Ledger, parseLedger } from '../telemetry/ledger.ts';

/** What the configuration says of an output. */
export interface OutputSettings {
  readonly name: string;
  readonly type: string;
  readonly format: OutputFormat;
  readonly recordId: boolean;
  readonly gap: 'records' | 'off';
  readonly color: boolean;
}

export interface OutputSurroundings {
  /** What the checkpoint knows of it; undefined at its first start. */
  readonly known: OutputState | undefined;
  /** `onClosed` is to be called when the destination is gone for good. */
  readonly newSink: (onClosed: (error: Error) => void) => Sink;
  readonly clock: Clock;
  readonly kernel: Kernel;
  readonly events: Events;
  /** See Output. */
  readonly onProgress: () => void;
}

/**
 * Puts an output together from its codec, its sink, and what the checkpoint knows of it.
 *
 * @throws BirlerError `output_failed` if its destination cannot be opened
 */
export const openOutput = async (
  settings: OutputSettings,
  limits: OutputLimits,
  { known, newSink, clock, kernel, events, onProgress }: OutputSurroundings,
): Promise<Output> => {
  const { name, type, format, recordId, gap, color } = settings;
  const ending: { of?: Output } = {};
  const sink = newSink((error) => ending.of?.fail(error));
  const ledger = new Ledger(
    parseLedger(known?.ledger),
    () => clock.now(),
    (streamKey, loss) => events.bytesLost(name, streamKey, loss),
  );
  await openSink(sink, known?.sink, name, ledger);
  const encoderOptions = {
    recordId,
    gapRecords: gap === 'records',
    color,
    observedTime: () => new Date(clock.now()).toISOString(),
  };
  ending.of = new Output({
    name,
    type,
    encoder: createEncoder(format, encoderOptions, kernel),
    sink,
    ledger,
    positions: known?.positions,
    limits,
    clock,
    allocate: kernel.allocateParcel,
    onProgress,
    onTrouble: (error, failures) => events.deliveryFailed(name, error, failures),
    onRecovered: (failures) => events.deliveryRecovered(name, failures),
  });
  return ending.of;
};

const openSink = async (sink: Sink, state: unknown, name: string, ledger: Ledger): Promise<void> => {
  try {
    const missing = await sink.open(state);
    if (missing === 0) return;
    ledger.lose(name, { reason: 'output_lost', bytes: missing, generation: 0, file: '', from: 0 });
  } catch (error) {
    throw new BirlerError(
      'output_failed',
      `output ${name} cannot be opened: ${messageOf(error)}; choose another place, or make this one writable`,
      { cause: error },
    );
  }
};
