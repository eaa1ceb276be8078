import type { Random } from './random.ts';

/**
 * Messages as programs write them, made once and used many times over. Each carries a sequence number of eight hex digits
 * that is put in for every record: so no two records of a stream are equal, and one that is missing has a name.
 */
export const KINDS = ['plain', 'json', 'unicode', 'ansi', 'long', 'short'] as const;
export type Kind = (typeof KINDS)[number];

/** What stands in a template where the sequence number goes. */
const PLACE = '########';

export interface Template {
  /** The message as it is logged, without its newline. */
  readonly raw: Buffer;
  readonly rawSequenceAt: number;
  /** The same as JSON text, quotes included: what JSON.stringify makes of it. */
  readonly json: Buffer;
  readonly jsonSequenceAt: number;
}

const POOL_SIZE = 509;
const LONG_POOL_SIZE = 31;

/** @param meanBytes of the messages, but for `long` and `short`, which have a length of their own */
export const makeTemplates = (kind: Kind, random: Random, meanBytes: number): readonly Template[] =>
  Array.from({ length: kind === 'long' ? LONG_POOL_SIZE : POOL_SIZE }, () =>
    templateOf(textOf(kind, random, meanBytes)),
  );

const templateOf = (text: string): Template => {
  const raw = Buffer.from(text);
  const json = Buffer.from(JSON.stringify(text));
  return { raw, rawSequenceAt: raw.indexOf(PLACE), json, jsonSequenceAt: json.indexOf(PLACE) };
};

const textOf = (kind: Kind, random: Random, meanBytes: number): string => {
  const length = 40 + random.below(2 * Math.max(1, meanBytes - 40));
  switch (kind) {
    case 'plain':
      return grow(`${random.pick(LEVELS)} seq=${PLACE}`, length, () => ` ${random.pick(WORDS)}`);
    case 'json':
      return jsonText(random, length);
    case 'unicode':
      return grow(`seq=${PLACE}`, length, () => ` ${random.pick(FOREIGN)}`);
    case 'ansi':
      return grow(
        `\u001b[${31 + random.below(6)}m${random.pick(LEVELS)}\u001b[0m seq=${PLACE}`,
        length,
        () => ` \u001b[1m${random.pick(WORDS)}\u001b[0m`,
      );
    case 'long':
      return longText(random);
    case 'short':
      return grow(`seq=${PLACE}`, 12 + random.below(26), () => ` ${random.pick(WORDS).slice(0, 6)}`);
  }
};

/** Appends pieces until the text has `bytes` bytes, give or take half a piece. */
const grow = (start: string, bytes: number, piece: () => string): string => {
  let text = start;
  let length = Buffer.byteLength(start);
  while (length < bytes) {
    const more = piece();
    const moreBytes = Buffer.byteLength(more);
    if (length + moreBytes / 2 > bytes) break;
    text += more;
    length += moreBytes;
  }
  return text;
};

const jsonText = (random: Random, length: number): string => {
  const fields: Record<string, string | number | boolean> = { level: random.pick(LEVELS), seq: PLACE };
  for (let field = 0; JSON.stringify(fields).length < length - 10; field++) {
    const value = random.below(3);
    fields[`${random.pick(KEYS)}${field}`] =
      value === 0
        ? random.below(1_000_000)
        : value === 1
          ? `${random.pick(WORDS)} "${field}"`
          : random.pick(WORDS);
  }
  return JSON.stringify(fields);
};

/** One piece of 8 KiB and some more, rarely two: a stack trace in one line, a document, foreign text cut anywhere. */
const longText = (random: Random): string => {
  const length = 8_400 + random.below(7_800) + (random.below(8) === 0 ? 8_000 : 0);
  switch (random.below(3)) {
    case 0:
      return jsonText(random, length);
    case 1:
      return grow(
        `panic seq=${PLACE}`,
        length,
        () => `\tat ${random.pick(WORDS)}(${random.pick(KEYS)}.go:${random.below(900)})`,
      );
    default:
      return grow(`seq=${PLACE}`, length, () => ` ${random.pick(random.below(4) === 0 ? FOREIGN : WORDS)}`);
  }
};

const LEVELS = ['info', 'warn', 'error', 'debug'] as const;
const KEYS = ['user', 'path', 'status', 'took_ms', 'trace', 'shard', 'peer', 'retry'] as const;
const WORDS = [
  'GET',
  '/api/v1/orders/42',
  '200',
  'upstream',
  'connected',
  'to',
  '10.42.7.19:5432',
  'in',
  '12.7ms',
  'cache',
  'miss',
  'for',
  'key=session:9f3a',
  'retrying',
  'request',
  'accepted',
  'user-agent="curl/8.5"',
  'C:\\logs\\app',
  'checkout',
  'completed',
  'total=129.90',
  'queue',
  'depth',
  '17',
  'worker-3',
  'flushed',
  'segments',
  'after',
] as const;
const FOREIGN = [
  'Заказ',
  'принят',
  'и',
  'оплачен',
  '注文を受け付けました',
  '支払い',
  '完了',
  '연결이',
  '끊어졌습니다',
  'größer',
  'naïveté',
  'Übertragung',
  'αίτημα',
  'ολοκληρώθηκε',
  'अनुरोध',
  'पूरा',
  '🚀',
  '✅',
  '👩‍💻',
  'طلب',
  'مكتمل',
  'żółć',
] as const;
