/** What an output's configuration says about its format. */
export interface EncoderOptions {
  /** JSON: give every record its `"id"`. */
  readonly recordId: boolean;
  /** Write a record for each gap (not possible in `raw`). */
  readonly gapRecords: boolean;
  /** Pretty: use colours, and let those of the messages through. */
  readonly color: boolean;
  /** Now, in RFC 3339: for gap records of a batch that has no record to take a time from. */
  readonly observedTime?: (() => string) | undefined;
}
