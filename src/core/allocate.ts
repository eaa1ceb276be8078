/**
 * Where long-lived memory comes from: regions, record tables and parcels are handed their bytes, so that a kernel can have all
 * of them in one memory. Allocated at start; never given back.
 */
export type Allocate = (sizeBytes: number) => Buffer<ArrayBuffer>;

/** Each piece by itself. Large ones take no real memory before they are used. */
export const allocateApart: Allocate = (sizeBytes) => Buffer.from(new ArrayBuffer(sizeBytes));

/** A cache line; enough for every typed array. */
const ALIGNMENT_BYTES = 64;

/** What a piece of this size takes in `allocateWithin`. */
export const alignedBytes = (sizeBytes: number): number =>
  Math.ceil(sizeBytes / ALIGNMENT_BYTES) * ALIGNMENT_BYTES;

/** One after the other from `memory[start, end)`; what does not fit there any more, apart. */
export const allocateWithin = (memory: ArrayBuffer, start: number, end: number): Allocate => {
  let next = alignedBytes(start);
  return (sizeBytes) => {
    if (next + sizeBytes > end) return allocateApart(sizeBytes);
    const piece = Buffer.from(memory, next, sizeBytes);
    next += alignedBytes(sizeBytes);
    return piece;
  };
};
