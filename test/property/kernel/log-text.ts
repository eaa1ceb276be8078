import type { Random } from './random.ts';

/** Log text for the fuzzing: mostly what runtimes write, often a little wrong, sometimes anything. Latin1, a character a byte. */
export const logLines = (random: Random): Buffer => {
  if (random.oneIn(30)) return flowingText(random);
  const lines: string[] = [];
  const minutes: [string, ...string[]] = [randomMinute(random), '2026-11-20T22:01', randomMinute(random)];
  const tidiness = random.pick([2, 20, 1000]);
  const pieces: Pieces = { share: random.pick([4, 4, 50, 90]), oneInOther: random.pick([2, 20]) };
  for (let count = random.below(random.pick([2, 8, 60])); count >= 0; count--) {
    let line = random.oneIn(tidiness) ? contentOf(random) : criLine(random, minutes, pieces);
    if (random.oneIn(tidiness)) line = mutated(random, line);
    if (random.oneIn(40)) line = '\0'.repeat(random.below(70)) + line;
    lines.push(`${line.replaceAll('\n', ' ')}\n`);
  }
  return Buffer.from(lines.join(''), 'latin1');
};

const digits = (value: number, count: number): string => String(value).padStart(count, '0');

const randomMinute = (random: Random): string => {
  const year = random.pick([
    1,
    4,
    100,
    400,
    1900,
    1969,
    1970,
    2000,
    2024,
    2026,
    2100,
    9999,
    random.below(10_000),
  ]);
  const month = random.oneIn(20) ? random.below(15) : 1 + random.below(12);
  const day = random.oneIn(4) ? random.pick([0, 28, 29, 30, 31, 32]) : 1 + random.below(28);
  const hour = random.oneIn(20) ? 24 + random.below(9) : random.below(24);
  const minute = random.oneIn(20) ? 60 + random.below(40) : random.below(60);
  return `${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}T${digits(hour, 2)}:${digits(minute, 2)}`;
};

/** How many of a hundred lines are pieces of longer records, and how many of all are of the other stream. */
interface Pieces {
  readonly share: number;
  readonly oneInOther: number;
}

const criLine = (random: Random, minutes: readonly [string, ...string[]], pieces: Pieces): string => {
  const second = random.oneIn(30) ? 58 + random.below(42) : random.below(60);
  const fraction = random.oneIn(30) ? random.below(13) : random.pick([9, 9, 9, 9, 8, 7, 6, 3, 1]);
  const dot = fraction === 0 && !random.oneIn(4) ? '' : '.';
  let nanoseconds = '';
  for (let digit = 0; digit < fraction; digit++) nanoseconds += String(random.below(10));
  const zone = random.oneIn(12)
    ? random.pick(['+00:00', '-00:00', '+05:30', '+24:00', 'z', ''])
    : random.pick(['Z', 'Z', '+00:00']);
  const tag = random.oneIn(20)
    ? random.pick(['F:', 'P:', 'F:x', 'FF', 'f', ''])
    : random.below(100) < pieces.share
      ? 'P'
      : 'F';
  const stream = random.oneIn(40)
    ? random.pick(['stdoutx', 'stdin', 'STDERR'])
    : random.oneIn(pieces.oneInOther)
      ? 'stderr'
      : 'stdout';
  const space = random.oneIn(40) ? '' : ' ';
  return `${random.pick(minutes)}:${digits(second, 2)}${dot}${nanoseconds}${zone} ${stream} ${tag}${space}${contentOf(random)}`;
};

const WORDS: readonly [string, ...string[]] = [
  'GET /cart 200',
  'a plain sentence of some length, as programs write them all day',
  '"quoted"',
  '{"level":"info","msg":"he said \\"no\\"","n":1}',
  'C:\\dir\\file',
  '\tat com.example.Main(Main.java:7)',
  '\u001b[31mred\u001b[0m',
  Buffer.from('漢字 é 😀 €').toString('latin1'),
  '\x01\x02'.repeat(40),
  '\x80\xbf',
  '\xc3',
  '\xf0\x9f\x98',
  '\r',
  '\0',
  '2026-11-20T22:01:00.5Z stdout F x',
];

/** Lengths around the blocks in which the kernel works, and one that is longer than it looks ahead for newlines. */
const contentOf = (random: Random): string => {
  const kind = random.below(8);
  const length = random.oneIn(50)
    ? random.pick([127, 255, 8100, 8192, 20_000])
    : random.below(random.pick([2, 20, 70, 300, 1200]));
  let text = '';
  if (kind === 0) while (text.length < length) text += String.fromCharCode(random.below(256));
  else if (kind <= 3) text = 'abcdefghijklmnopqrstuvwxyz 0123456789'.repeat(Math.ceil(length / 37));
  else while (text.length < length) text += random.pick(WORDS) + (random.oneIn(2) ? ' ' : '');
  return text.slice(0, length);
};

/** One text in records of two pieces each, cut anywhere: where one ends in the middle of a character, the next goes on. */
const flowingText = (random: Random): Buffer => {
  const text = Buffer.from('漢é😀a'.repeat(9)).toString('latin1');
  let lines = '';
  for (let at = 0, piece = 0; at < text.length || piece % 2 === 1; piece++) {
    const length = 1 + random.below(6);
    lines += `2026-11-20T22:01:00.5Z stdout ${piece % 2 === 0 ? 'P' : 'F'} ${text.slice(at, at + length)}\n`;
    at += length;
  }
  return Buffer.from(lines, 'latin1');
};

const mutated = (random: Random, line: string): string => {
  const at = random.below(line.length + 1);
  const byte = random.oneIn(2)
    ? String.fromCharCode(random.below(256))
    : '0:9.Z +-TPF\0"\\'.charAt(random.below(14));
  return line.slice(0, at) + random.pick([byte, '', byte + line.charAt(at)]) + line.slice(at + 1);
};
