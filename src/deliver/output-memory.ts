import { alignedBytes } from '../core/allocate.ts';

/**
 * One is filled, one is on its way, one is free; so there is credit while the sink works. As large as that allows: a chunk of
 * 512 KiB becomes 1.2 MiB of JSON, and handing a write to a thread and back takes 45 µs of CPU, however long it is.
 */
const PARCELS = 3;
const SHARES_PER_PARCEL = 3;
const LEAST_LARGE_BYTES = 1024 * 1024;

/** Bounds of an output: see LimitsConfig. */
export interface OutputLimits {
  readonly inFlightBytes: number;
  readonly readShareBytes: number;
}

export const parcelBytes = ({ inFlightBytes, readShareBytes }: OutputLimits): number => {
  const large = Math.max(LEAST_LARGE_BYTES, SHARES_PER_PARCEL * readShareBytes);
  return Math.min(large, Math.max(1, Math.floor(inFlightBytes / PARCELS)));
};

export const parcelCount = (limits: OutputLimits): number =>
  Math.max(2, Math.floor(limits.inFlightBytes / parcelBytes(limits)));

/**
 * What one chunk can become: lines of 20 bytes with a header of 40 grow seven times with 250 bytes of origin, lines of 150
 * bytes thirty times with 4 KiB of labels. Only memory that is used is real, so this costs nothing while lines are longer.
 */
const MOST_GROWTH = 32;

export const parcelCapacity = (limits: OutputLimits): number =>
  Math.max(parcelBytes(limits), MOST_GROWTH * limits.readShareBytes);

/** How much memory the parcels of an output take, at most. */
export const outputBytes = (limits: OutputLimits): number =>
  parcelCount(limits) * alignedBytes(parcelCapacity(limits));
