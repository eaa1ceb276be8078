/** A gap: bytes that existed and were not delivered, and why. The ledger adds gaps up, per output. */
export type GapReason =
  /** Gone from the disk while nobody held the file: the agent was stopped, or had no descriptor to spare. */
  | 'deleted'
  /** copytruncate cut the bytes off before they were read. */
  | 'truncated'
  /** The end of a record that was longer than the limit. */
  | 'oversize'
  /** Given up to keep deleted files from filling the disk. */
  | 'held_bytes'
  /** Appended to a rotated file after the stream had moved on to the next one. */
  | 'late_write'
  /** A .gz generation whose rest could not be decompressed. */
  | 'corrupt'
  /** The file could not be read (an I/O error that lasted). */
  | 'unreadable'
  /** Whole records of a pod that wrote faster than it may, dropped because the configuration says so. */
  | 'rate_limit'
  /** The output refused the record for good. */
  | 'rejected'
  /** The output file holds less than the checkpoint says was written to it. */
  | 'output_lost';

export interface Gap {
  readonly reason: GapReason;
  /** Bytes of the log that were not delivered; null where nobody can know. */
  readonly bytes: number | null;
  /** The generation's sequence number in its stream. */
  readonly generation: number;
  /** The file's name when it was last seen. */
  readonly file: string;
  /** Offset of the first byte that is missing. */
  readonly from: number;
}
