/**
 * `YYYY-MM-DDTHH:MM` -> seconds since 1970, remembered for the lines that follow. Lines of a container come in time order, so
 * the 16 bytes are nearly always those of the line before, and one comparison of 16 bytes is all that is to be done.
 *
 * What is a minute and what is not is defined in src/decode/timestamp.ts; this says the same with integers.
 */
const DAYS_BEFORE_1970: i32 = 719162;

let text: v128 = i64x2(0, 0);
let textSeconds: f64 = 0;

/** The 16 bytes of the minute that was read last. */
export function minuteText(): v128 {
  return text;
}

export function minuteSeconds(): f64 {
  return textSeconds;
}

/** Reads the 16 bytes at `at`; false, and nothing changed, if they are no minute. */
export function readMinute(at: usize): bool {
  const bytes = v128.load(at);
  // Digits must be 0 to 9 above the template, marks exactly the template: two instructions for all 16.
  const template = i8x16(
    0x30,
    0x30,
    0x30,
    0x30,
    0x2d,
    0x30,
    0x30,
    0x2d,
    0x30,
    0x30,
    0x54,
    0x30,
    0x30,
    0x3a,
    0x30,
    0x30,
  );
  const most = i8x16(9, 9, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9);
  if (!i8x16.all_true(i8x16.le_u(i8x16.sub(bytes, template), most))) return false;
  const year = twoDigits(at) * 100 + twoDigits(at + 2);
  const month = twoDigits(at + 5);
  const day = twoDigits(at + 8);
  const hour = twoDigits(at + 11);
  const minute = twoDigits(at + 14);
  if (year < 1 || month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59) return false;
  const leap = isLeap(year);
  if (day > daysIn(month, leap)) return false;
  const past = year - 1;
  let days = past * 365 + past / 4 - past / 100 + past / 400 + (day - 1) - DAYS_BEFORE_1970;
  for (let before = 1; before < month; before++) days += daysIn(before, leap);
  text = bytes;
  textSeconds = <f64>days * 86400 + <f64>(hour * 3600 + minute * 60);
  return true;
}

function twoDigits(at: usize): i32 {
  return <i32>load<u8>(at) * 10 + <i32>load<u8>(at, 1) - 528;
}

function isLeap(year: i32): bool {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

function daysIn(month: i32, leap: bool): i32 {
  if (month == 2) return leap ? 29 : 28;
  // April, June, September, November.
  return 31 - <i32>((0b101001010000 >> month) & 1);
}
