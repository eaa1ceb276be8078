/**
 * Where things lie in the kernel's memory, and the numbers of the record table. The same as in src/core/record-table.ts and
 * src/kernel/wasm-layout.ts, which this compiler cannot read; the property tests compare what both sides make of them.
 *
 *   0     results of the last call: 32-bit integers
 *   16    the keys of a JSON line, one in 32 bytes each: time, then log without stream, of stdout, of stderr
 *   144   how long those keys are: four 32-bit integers
 *   160   three constants of 16 bytes for UTF-8
 *   288   constants of 16 bytes
 *   448   what two neighbouring bytes of UTF-8 can have wrong: three tables of 16 bytes; the numbers 0 to 15
 *   512   the shuffles for escapes: 256 times 16 bytes
 *   4608  the end that all lines of a batch share
 *   22528 which beginnings of messages are looked for: 256 integers
 *   24576 addresses of newlines, or numbers of rows
 *   65536 what TypeScript has allocated: region, record table, parcels
 */
export const RESULT_INDEX: usize = 0;
export const RESULT_MESSAGE_BYTES: usize = 4;
export const RESULT_JOINED_ROWS: usize = 8;
export const RESULT_ARENA: usize = 12;
export const RESULT_ANY_FLAGS: usize = 0;
export const RESULT_ALL_FLAGS: usize = 4;
export const TIME_KEY: usize = 16;
/** `TIME_KEY + 32 * (1 + variant)`; variant 0: the file does not tell the stream, 1: stdout, 2: stderr. */
export const LOG_KEYS: usize = 48;
export const TIME_KEY_BYTES: usize = 144;
export const LOG_KEY_BYTES: usize = 148;
/**
 * Sixteen times the same byte: 02, 20, 5c, 0a, 30, 09 (hex); the letters of the JSON escapes of 00 to 0f, or 0; sixteen times 1f;
 * the hexadecimal digits; sixteen times 0f.
 */
export const SPLATS: usize = 288;
export const LOW_NIBBLES: usize = 432;
/** Sixteen times the same byte: the mark of two continuation bytes in a row; e0 - 80 and f0 - 80, how far lead bytes are above them. */
export const UTF8_SPLATS: usize = 160;
export const UTF8_TABLES: usize = 448;
export const POSITIONS: usize = 496;
export const SHUFFLES: usize = 512;
export const ENDING: usize = 4608;
export const PAIRS: usize = 22528;
export const NEWLINES: usize = 24576;
export const FOUND: usize = 24576;
/** Newlines are looked for in so many bytes at a time: if all of them are newlines, they take four times as much, 32 KiB. */
export const SCAN_BYTES: usize = 8192;

/** One row: 8 integers, 2 doubles. Byte offsets in the row. */
export const INTS_SHIFT: usize = 5;
export const FLOATS_SHIFT: usize = 4;
export const TIME_START: usize = 0;
export const TIME_END: usize = 4;
export const MESSAGE_START: usize = 8;
export const MESSAGE_END: usize = 12;
export const FLAGS: usize = 16;
export const NANOSECONDS: usize = 20;
export const FIELDS_START: usize = 24;
export const FIELDS_END: usize = 28;
export const SOURCE_OFFSET: usize = 0;
export const SECONDS: usize = 8;

export const STDERR: i32 = 1;
export const PARTIAL: i32 = 2;
export const TRUNCATED: i32 = 4;
export const JOINED: i32 = 8;
export const CARRIED: i32 = 16;
export const STREAM_KNOWN: i32 = 64;
export const FIELDS: i32 = 128;
