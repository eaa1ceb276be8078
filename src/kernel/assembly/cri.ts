/**
 * CRI lines -> rows, for the lines that nearly all lines are:
 *
 *   YYYY-MM-DDTHH:MM:SS.f{1,9}(Z|+00:00) SP (stdout|stderr) SP ("P"|"F") SP content LF
 *
 * It stops at the first line that is not so (other tags or zones, NULs, anything malformed), that is longer than the limit,
 * whose std stream has a record open, or that begins a record which these lines do not end. src/decode/cri.ts decodes that
 * line and calls again.
 *
 * Reads up to 64 bytes behind the last line, which the region has as slack; writes only rows below `capacity`.
 */
import {
  FLAGS,
  FLOATS_SHIFT,
  INTS_SHIFT,
  JOINED,
  MESSAGE_END,
  MESSAGE_START,
  NANOSECONDS,
  NEWLINES,
  RESULT_ARENA,
  RESULT_INDEX,
  RESULT_JOINED_ROWS,
  RESULT_MESSAGE_BYTES,
  SCAN_BYTES,
  SECONDS,
  SOURCE_OFFSET,
  SPLATS,
  STREAM_KNOWN,
  TIME_END,
  TIME_START,
} from './layout';
import { minuteSeconds, minuteText, readMinute } from './minute';
import {
  addPiece,
  arenaFree,
  beginRecord,
  bytesBeforeRecord,
  endRecord,
  joinedRecords,
  recordLine,
  recordRow,
  useArena,
} from './pieces';

/** ` stdout ` and ` stderr ` as little-endian words: one comparison of eight bytes each. */
const STDOUT_WORD: u64 = 0x2074756f64747320;
const STDERR_WORD: u64 = 0x2072726564747320;
/** `F `, `P `, `+00:` and `00`. */
const LAST_PIECE: u32 = 0x2046;
const PIECE: u32 = 0x2050;
const PLUS_HOURS: u32 = 0x3a30302b;
const MINUTES: u32 = 0x3030;
/** `:` and `.` around the second. */
const SECOND_MARKS: u32 = 0x2e00003a;

/**
 * @param base where the region begins; `from`, `to` and the spans of the rows are indexes from there. A newline stands at `to - 1`
 * @param sourceBase source offset of the region's first byte
 * @param openChannels bit 0: stdout has a record open, bit 1: stderr has
 * @param arena from where on it is free; joined messages are laid there
 * @param mostJoined longer records are not joined
 * @returns how many rows the table has now; the index after the last line that was decoded is at RESULT_INDEX, at
 *   RESULT_MESSAGE_BYTES how long the messages of the rows that it added are, at RESULT_JOINED_ROWS how many of them were joined,
 *   and at RESULT_ARENA from where on the arena is free now
 */
export function decodeCri(
  base: usize,
  from: usize,
  to: usize,
  ints: usize,
  floats: usize,
  firstRow: i32,
  capacity: i32,
  sourceBase: f64,
  maxMessageBytes: i32,
  openChannels: i32,
  arena: usize,
  arenaEnd: usize,
  mostJoined: i32,
): i32 {
  const end = base + to;
  let at = base + from;
  let row = firstRow;
  let minute = minuteText();
  let seconds = minuteSeconds();
  let messageBytes: usize = 0;
  let next: usize = NEWLINES;
  let known = NEWLINES;
  let scanned = at;
  // 0: no record has begun; 1: one of stdout has, 2: of stderr.
  let joining = 0;
  useArena(base + arena, base + arenaEnd, mostJoined);
  while (at < end && row < capacity) {
    while (next == known) {
      next = NEWLINES;
      known = findNewlines(scanned, min(scanned + SCAN_BYTES, end));
      scanned += SCAN_BYTES;
    }
    if (!i8x16.all_true(i8x16.eq(v128.load(at), minute))) {
      if (!readMinute(at)) break;
      minute = minuteText();
      seconds = minuteSeconds();
    }
    const mark = load<u32>(at, 16);
    const tens = ((mark >> 8) & 0xff) - 0x30;
    const ones = ((mark >> 16) & 0xff) - 0x30;
    const second = tens * 10 + ones;
    if ((mark & 0xff0000ff) != SECOND_MARKS || tens > 9 || ones > 9 || second > 60) break;

    const digits = digitsAt(at + 20);
    if (digits - 1 > 8) break;
    let zoneEnd = at + 20 + <usize>digits;
    if (load<u8>(zoneEnd) == 0x5a) zoneEnd += 1;
    else if (load<u32>(zoneEnd) == PLUS_HOURS && load<u16>(zoneEnd, 4) == MINUTES) zoneEnd += 6;
    else break;

    // Not two branches: which stream a line is of cannot be predicted.
    const stream = load<u64>(zoneEnd);
    const stderr = <i32>(stream == STDERR_WORD);
    const tag: u32 = load<u16>(zoneEnd, 8);
    if ((stderr | <i32>(stream == STDOUT_WORD)) == 0) break;
    if (((openChannels >> stderr) & 1) != 0) break;

    // The header has no newline, so the next one is this line's.
    const content = zoneEnd + 10;
    const newline: usize = load<u32>(next);
    if (<i32>(newline - content) > maxMessageBytes) break;
    next += 4;

    let firstLine = at;
    let message = content;
    let messageEnd = newline;
    let flags = STREAM_KNOWN | stderr;
    if (tag != LAST_PIECE || joining == 1 + stderr) {
      if (tag == PIECE && joining == 0) {
        beginRecord(at, row, messageBytes);
        joining = 1 + stderr;
      }
      if (joining != 1 + stderr || (tag != LAST_PIECE && tag != PIECE)) break;
      if (!addPiece(content, newline - content)) break;
      if (tag == PIECE) {
        at = newline + 1;
        continue;
      }
      message = endRecord();
      messageEnd = arenaFree();
      firstLine = recordLine();
      flags |= JOINED;
      joining = 0;
    }

    const slot = ints + ((<usize>row) << INTS_SHIFT);
    store<u32>(slot, at - base, TIME_START);
    store<u32>(slot, zoneEnd - base, TIME_END);
    store<u32>(slot, message - base, MESSAGE_START);
    store<u32>(slot, messageEnd - base, MESSAGE_END);
    store<i32>(slot, flags, FLAGS);
    store<u32>(slot, nanosecondsAt(at + 20, digits), NANOSECONDS);
    const float = floats + ((<usize>row) << FLOATS_SHIFT);
    store<f64>(float, sourceBase + <f64>(firstLine - base), SOURCE_OFFSET);
    store<f64>(float, seconds + <f64>second, SECONDS);
    messageBytes += messageEnd - message;
    row++;
    at = newline + 1;
  }
  if (joining != 0) {
    // As if it had never begun: its first line, and all that came since, are for another call.
    at = recordLine();
    row = recordRow();
    messageBytes = bytesBeforeRecord();
  }
  store<u32>(RESULT_INDEX, at - base);
  store<u32>(RESULT_MESSAGE_BYTES, messageBytes);
  store<i32>(RESULT_JOINED_ROWS, joinedRecords());
  store<u32>(RESULT_ARENA, arenaFree() - base);
  return row;
}

/**
 * Lays the addresses of the newlines in [from, to), and of a few behind, one after the other at NEWLINES.
 *
 * For many lines at once, because how many blocks a line has cannot be predicted: line by line, with the same bitmap, decoding
 * took 19.6 ns a line of 180 bytes, this way 18.5. What is found lies in the first-level cache until it is used.
 *
 * @returns the address after the last one
 */
function findNewlines(from: usize, to: usize): usize {
  let found = NEWLINES;
  const newline = v128.load(SPLATS, 48);
  for (let block = from; block < to; block += 64) {
    let bits = newlinesIn(block, newline);
    const count = <usize>popcnt(bits);
    // Two at once without asking, whether they are there or not: lines shorter than 32 bytes are rare.
    store<u32>(found, block + <usize>ctz(bits));
    bits &= bits - 1;
    store<u32>(found, block + <usize>ctz(bits), 4);
    bits &= bits - 1;
    for (let more = found + 8; bits != 0; more += 4) {
      store<u32>(more, block + <usize>ctz(bits));
      bits &= bits - 1;
    }
    found += count << 2;
  }
  return found;
}

/** A bit for each of the 64 bytes at `block`. */
function newlinesIn(block: usize, newline: v128): u64 {
  const a = <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(block), newline)));
  const b = <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(block, 16), newline)));
  const c = <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(block, 32), newline)));
  const d = <u64>(<u32>i8x16.bitmask(i8x16.eq(v128.load(block, 48), newline)));
  return a | (b << 16) | (c << 32) | (d << 48);
}

/** How many decimal digits stand at `at`, up to 16. */
function digitsAt(at: usize): u32 {
  const values = i8x16.sub(v128.load(at), v128.load(SPLATS, 64));
  return ctz(~i8x16.bitmask(i8x16.le_u(values, v128.load(SPLATS, 80))));
}

/**
 * A fraction of 1 to 9 digits as nanoseconds: the digits that are missing become zeros behind the others, which is just what
 * they are worth. Eight digits take three multiplications, where one after the other they take eight in a chain.
 */
function nanosecondsAt(at: usize, digits: u32): u32 {
  const kept: u32 = min(digits, 8);
  let word = load<u64>(at) - 0x3030303030303030;
  // A borrow goes upwards only, into bytes that are cut off here.
  word &= <u64>-1 >> (64 - 8 * kept);
  word = word * 10 + (word >> 8);
  const eight =
    ((word & 0x000000ff000000ff) * 0x000f424000000064 +
      ((word >> 16) & 0x000000ff000000ff) * 0x0000271000000001) >>
    32;
  const ninth: u32 = digits == 9 ? <u32>load<u8>(at, 8) - 0x30 : 0;
  return <u32>eight * 10 + ninth;
}
