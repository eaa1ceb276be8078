import fc from 'fast-check';
import { expect, test } from 'vitest';
import { STREAM_KNOWN, TRUNCATED } from '../../../src/core/record-table.ts';
import { redactedBytes } from '../../../src/shape/redaction.ts';
import { mergeJson, redact, type ShapedRecord, shape, shapingOf } from '../../support/shaped.ts';
import { decodeChunks } from '../decode/harness.ts';

/** A secret, and what announces it where something has to. */
interface Planted {
  readonly before: string;
  readonly secret: string;
  readonly after: string;
  /** The secret is known by its key alone. */
  readonly key?: string;
}

const letters = (alphabet: string, minLength: number, maxLength = minLength): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...alphabet.split('')), minLength, maxLength });
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const ALPHANUMERIC = `${UPPER}${UPPER.toLowerCase()}0123456789`;

const alone = (secret: fc.Arbitrary<string>): fc.Arbitrary<Planted> =>
  secret.map((text) => ({ before: '', secret: text, after: '' }));

/** With the check digit that Luhn asks for. */
const withCheckDigit = (digits: string): string => {
  let sum = 0;
  for (const [index, digit] of digits.split('').toReversed().entries()) {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1);
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return `${digits}${(10 - (sum % 10)) % 10}`;
};

const card = fc
  .tuple(fc.constantFrom('4', '51', '2221', '6011'), letters('0123456789', 15), fc.constantFrom('', ' ', '-'))
  .map(([prefix, rest, gap]) =>
    withCheckDigit(`${prefix}${rest}`.slice(0, 15)).replaceAll(/\d{4}(?=\d)/g, `$&${gap}`),
  );
const jwt = fc
  .tuple(
    letters(`${ALPHANUMERIC}-_`, 12, 30),
    letters(`${ALPHANUMERIC}-_`, 10, 30),
    letters(`${ALPHANUMERIC}-_`, 0, 40),
  )
  .map(([header, payload, signature]) => `eyJ${header}.eyJ${payload}.${signature}`);
/** Nothing that ends a value, and something that no word of a message has. */
const password = letters(`${ALPHANUMERIC}!#$%*+-./:;?@^_~`, 4, 20).map((text) => `${text}9Z`);
const announced = fc
  .tuple(
    fc.constantFrom(
      'password=',
      'DB_PASSWORD: ',
      'api_key = ',
      'x-client-secret=>',
      '--token ',
      'aws_secret_access_key=',
    ),
    password.filter((text) => !/^[-:=>/]/.test(text)),
  )
  .map(([before, secret]) => ({ before, secret, after: '' }));
const inUrl = fc
  .tuple(fc.constantFrom('https://me:', 'postgres://:'), letters(ALPHANUMERIC, 5, 20))
  .map(([before, secret]) => ({ before, secret: `${secret}9Z`, after: '@host/path' }));
const basic = fc.tuple(letters(ALPHANUMERIC, 3, 8), letters(ALPHANUMERIC, 5, 12)).map(([user, word]) => ({
  before: 'Basic ',
  secret: Buffer.from(`${user}:${word}`).toString('base64'),
  after: '',
}));
const bearer = letters(ALPHANUMERIC, 10, 40).map((text) => ({
  before: 'Bearer ',
  secret: `${text}0Z`,
  after: '',
}));
const privateKey = fc
  .tuple(
    fc.constantFrom('', 'RSA ', 'EC ', 'OPENSSH '),
    fc.array(letters(`${ALPHANUMERIC}+/`, 64), { minLength: 1, maxLength: 4 }),
  )
  .map(
    ([kind, lines]) =>
      `-----BEGIN ${kind}PRIVATE KEY-----\n${lines.join('\n')}\n-----END ${kind}PRIVATE KEY-----`,
  );

const planted: fc.Arbitrary<Planted> = fc.oneof(
  alone(card),
  alone(letters(`${UPPER}234567`, 16).map((text) => `AKIA${text}`)),
  alone(jwt),
  alone(letters(ALPHANUMERIC, 36).map((text) => `ghp_${text}`)),
  alone(letters(ALPHANUMERIC, 24).map((text) => `xoxb-${text}`)),
  alone(privateKey),
  announced,
  inUrl,
  basic,
  bearer,
);

const noise = fc
  .string({
    unit: fc.constantFrom('a', 'é', '€', '😀', '"', '\\', '\n', '\u0000', '7', '{', ' ', '-', 'Q'),
    maxLength: 12,
  })
  .map((text) => `${text}\n`);
const anyBytes = fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.concat([bytes, Buffer.from('\n')]));

/** All ways in which somebody could read the record. */
const readings = ({ message, fieldsText }: ShapedRecord): string[] => {
  const text = message.toString('latin1');
  const once = text.replaceAll(/\\u([0-9a-fA-F]{4})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return [
    text,
    once,
    once.replaceAll(/\\(.)/g, '$1'),
    fieldsText,
    deepText(fieldsText === '' ? null : JSON.parse(`{${fieldsText.slice(0, -1)}}`)),
  ];
};

const deepText = (value: unknown): string => {
  if (typeof value === 'string') return `${value}\n${value.startsWith('{') ? deepText(parsed(value)) : ''}`;
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([key, each]) => `${key}\n${deepText(each)}`)
      .join('');
  return String(value);
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
};

const survives = (records: readonly ShapedRecord[], secret: string): boolean =>
  records.some((record) =>
    readings(record).some((text) => text.includes(secret) || text.includes(secret.replaceAll('\n', '\\n'))),
  );

const ALL = shapingOf([redact()]);
const KEEP = shapingOf([mergeJson(), redact()]);
const MESSAGE = shapingOf([redact(), mergeJson({ log: 'message' })]);
const BELOW = shapingOf([mergeJson({ under: 'app' }), redact()]);
const ways = fc.constantFrom(ALL, KEEP, MESSAGE, BELOW);

test('no planted secret survives in text, between whatever bytes', () => {
  fc.assert(
    fc.property(planted, anyBytes, anyBytes, ways, ({ before, secret, after }, left, right, way) => {
      const message = Buffer.concat([
        left,
        Buffer.from(`${before}${secret}${after}`),
        Buffer.from(' '),
        right,
      ]);
      const { records } = shape(way, [{ message }]);
      expect(survives(records, secret)).toBe(false);
      expect(records[0]?.message.length).toBeLessThanOrEqual(redactedBytes(message.length));
    }),
    { numRuns: 2000 },
  );
});

/** JSON, with some of its characters written as escapes, and white space. */
const asJson = (value: unknown, escapeOf: (index: number) => boolean): string => {
  let index = 0;
  return JSON.stringify(value).replaceAll(/"(?:[^"\\]|\\.)*"(:?)/g, (text, colon: string) =>
    colon === ':'
      ? `${text} `
      : text.replaceAll(/\\u.{4}|\\.|[^"\\]/g, (character) =>
          character.length === 1 && character.charCodeAt(0) < 0x80 && escapeOf(index++)
            ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
            : character,
        ),
  );
};

test('no planted secret survives in JSON, at any depth, behind any escapes, in JSON within JSON', () => {
  const shapes = fc.constantFrom<(text: string) => unknown>(
    (text) => ({ msg: text }),
    (text) => ({ n: 1, a: [{ b: [text] }], c: null }),
    (text) => ({ message: 'x', data: JSON.stringify({ msg: text }) }),
    (text) => ({ msg: JSON.stringify({ deep: { msg: text } }) }),
  );
  fc.assert(
    fc.property(
      planted,
      noise,
      noise,
      shapes,
      ways,
      fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
      ({ before, secret, after }, left, right, of, way, escapes) => {
        const value = of(`${left}${before}${secret}${after} ${right}`);
        const message = asJson(value, (index) => escapes[index % escapes.length] ?? false);
        expect(JSON.parse(message)).toEqual(value);
        const { records } = shape(way, [message]);
        expect(survives(records, secret)).toBe(false);
      },
    ),
    { numRuns: 2000 },
  );
});

test('what stands under the key of a secret does not survive, whatever it is; JSON stays JSON', () => {
  const scalar = fc.oneof(
    letters(`${ALPHANUMERIC}"\\\n é`, 3, 12).map((text) => `Zq7${text}`),
    fc.integer({ min: 71_000_000, max: 79_000_000 }),
  );
  const value = fc.oneof(
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(letters('abc', 1, 2), scalar, { maxKeys: 3 }),
  );
  const key = fc.constantFrom('password', 'X_SECRET', 'authorization', 'user.api-key', 'accessToken');
  fc.assert(
    fc.property(key, value, fc.jsonValue({ maxDepth: 2 }), ways, (name, hidden, other, way) => {
      const message = JSON.stringify({ q: other, o: { [name]: hidden, z: 1 }, [name]: hidden });
      const { records } = shape(way, [message]);
      const text = records.map((record) => readings(record).join('\n')).join('\n');
      for (const secret of JSON.stringify(hidden).match(/Zq7[A-Za-z0-9]+|7[1-9]\d{6}/g) ?? [])
        expect(text).not.toContain(secret);
      expect(parsed(records[0]?.message.toString() ?? '')).toMatchObject({ o: { z: 1 } });
    }),
    { numRuns: 1000 },
  );
});

test('no secret survives that a runtime wrote in pieces, also where the record is longer than the limit', () => {
  const cuts = fc.array(fc.nat(), { maxLength: 4 });
  // A secret over lines is records of its own; see `private_key`.
  const onOneLine = planted.filter(({ secret }) => !secret.includes('\n'));
  fc.assert(
    fc.property(
      onOneLine,
      cuts,
      fc.nat(60),
      fc.integer({ min: 8, max: 120 }),
      ({ before, secret, after }, at, left, limit) => {
        const text = `${'x '.repeat(left)}${before}${secret}${after} end`;
        const places = [...new Set(at.map((place) => place % text.length))].toSorted((a, b) => a - b);
        const pieces = [0, ...places].map((place, index) => text.slice(place, places[index]));
        const lines = pieces.map(
          (piece, index) =>
            `2026-11-20T20:19:53.1Z stdout ${index === pieces.length - 1 ? 'F' : 'P'} ${piece}\n`,
        );
        const bytes = Buffer.from(lines.join(''));
        const { records: decoded } = decodeChunks([{ generation: 1, offset: 0, bytes }], {
          format: 'cri',
          maxMessageBytes: limit,
          tableRows: 100,
        });
        expect(decoded).toHaveLength(1);
        const shaped = shape(
          ALL,
          decoded.map(({ message, flags }) => ({ message: Buffer.from(message, 'latin1'), flags })),
        );
        expect(survives(shaped.records, secret)).toBe(false);
        // What the limit has left of the secret is hidden too, but for a few bytes that tell nothing.
        const kept = Math.min(text.length, limit) - 2 * left - before.length;
        const rest = secret.slice(0, Math.max(0, kept));
        if (rest.length > 3) expect(survives(shaped.records, rest)).toBe(false);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a record that was cut within a secret keeps no more than three bytes of it', () => {
  fc.assert(
    fc.property(planted, anyBytes, fc.nat(), ({ before, secret }, left, cut) => {
      const kept = 1 + (cut % secret.length);
      const message = Buffer.concat([left, Buffer.from(`${before}${secret.slice(0, kept)}`)]);
      const { records } = shape(ALL, [{ message, flags: STREAM_KNOWN | TRUNCATED }]);
      const shown =
        records[0]?.message
          .subarray(Math.max(0, left.length + Buffer.byteLength(before)))
          .toString('latin1') ?? '';
      expect(secret.startsWith(shown) && shown.length > 3).toBe(false);
    }),
    { numRuns: 2000 },
  );
});

test('what has no secret stays as it is, byte for byte', () => {
  const harmless = fc.array(
    fc.constantFrom('GET /api', ' 200 ', 'took 5ms ', '\u00ff', 'é', '\n', 'token ', 'key: v ', '12345 '),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(harmless, fc.uint8Array({ maxLength: 6 }), (words, tail) => {
      const message = Buffer.concat([Buffer.from(words.join('')), tail]);
      expect(shape(ALL, [{ message }]).records[0]?.message.equals(message)).toBe(true);
    }),
  );
});
