import type { Identity } from '../core/identity.ts';

/**
 * Where an output's bytes go. A sink writes and says how it went; it never retries, waits or counts: the output does.
 */
export interface Sink {
  /**
   * Makes the destination ready; called once before the first write.
   *
   * @param state what `state` returned when the last checkpoint was made; undefined at the first start
   * @returns how many bytes that the checkpoint counts as delivered are missing at the destination (0: none)
   */
  open(state: unknown): Promise<number>;
  /** Writes all of a parcel, or says why not. Does not keep the bytes. */
  write(bytes: Uint8Array, signal: AbortSignal): Promise<Outcome>;
  /**
   * Writes all of a parcel before it returns, where nothing has to be waited for. Only called while no `write` is on its way.
   *
   * @returns false if it cannot, or not now, or not all of it: nothing has arrived, and `write` will say why
   */
  writeNow?(bytes: Uint8Array): boolean;
  /**
   * What must be known to go on exactly after a crash, as JSON; consistent with the parcels acknowledged so far. Called
   * when a checkpoint is taken; `sync` before it makes what was written durable.
   */
  state(): unknown;
  sync(): Promise<void>;
  /** Whether this is the file that it writes to: a log that is followed must not be. Absent where there is no file. */
  owns?(file: Identity): boolean;
  /** Opens the destination anew under its name (SIGHUP, after somebody rotated it). */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export type Outcome =
  | { readonly kind: 'delivered' }
  /** Worth trying again: the disk is full, the server is busy. The position stays. */
  | { readonly kind: 'transient'; readonly error: Error }
  /** These bytes will never be accepted. They go to the ledger. */
  | { readonly kind: 'rejected'; readonly error: Error }
  /** The destination is gone for good (the reader of a pipe): the agent stops. */
  | { readonly kind: 'closed'; readonly error: Error };

export const DELIVERED: Outcome = { kind: 'delivered' };
