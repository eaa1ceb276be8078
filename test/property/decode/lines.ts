/**
 * What the property tests decode: lines as the runtimes write them, lines that are a little wrong, and any bytes at all.
 */
import fc from 'fast-check';
import type { Chunk } from './harness.ts';

const number = (min: number, max: number, digits: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map((value) => String(value).padStart(digits, '0'));

const usually = <T>(value: fc.Arbitrary<T>, other: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 30, arbitrary: value }, { weight: 1, arbitrary: other });

const zone = fc.oneof(
  { weight: 3, arbitrary: fc.constant('Z') },
  { weight: 1, arbitrary: fc.constant('+00:00') },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        fc.constantFrom('+', '-'),
        usually(number(0, 23, 2), number(24, 99, 2)),
        usually(number(0, 59, 2), number(60, 99, 2)),
      )
      .map(([sign, hours, minutes]) => `${sign}${hours}:${minutes}`),
  },
);

const fraction = fc.oneof(
  { weight: 2, arbitrary: fc.constant('') },
  { weight: 8, arbitrary: fc.stringMatching(/^\.\d{1,9}$/) },
  { weight: 1, arbitrary: fc.stringMatching(/^\.\d{0,12}$/) },
);

/** Times of all years, most of them valid; and times that share a minute, as those of a log do. */
export const time: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(
      usually(
        number(1, 9999, 4),
        fc.constantFrom('0000', '0001', '9999', '1969', '1970', '2038', '2000', '1900'),
      ),
      usually(number(1, 12, 2), number(0, 13, 2)),
      usually(number(1, 28, 2), number(0, 32, 2)),
      usually(number(0, 23, 2), number(24, 99, 2)),
      usually(number(0, 59, 2), number(60, 99, 2)),
      usually(number(0, 60, 2), number(60, 99, 2)),
      fraction,
      zone,
    )
    .map(([y, mo, d, h, mi, s, f, z]) => `${y}-${mo}-${d}T${h}:${mi}:${s}${f}${z}`),
  fc
    .tuple(
      fc.constantFrom('2026-11-20T22:01', '2024-02-29T23:59', '2023-02-29T23:59'),
      number(0, 60, 2),
      fraction,
      zone,
    )
    .map(([minute, s, f, z]) => `${minute}:${s}${f}${z}`),
);

/** Mostly of one minute, and of a form that is right. */
const lineTime: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        fc.constantFrom('2026-11-20T22:01', '2026-11-20T22:02', '1969-12-31T23:59'),
        number(0, 60, 2),
        fc.integer({ min: 0, max: 9 }),
        fc.nat(),
        fc.constantFrom('Z', 'Z', '+00:00', '-09:30'),
      )
      .map(
        ([minute, s, digits, f, z]) =>
          `${minute}:${s}${digits === 0 ? '' : `.${String(f).padStart(9, '0').slice(-digits)}`}${z}`,
      ),
  },
  { weight: 1, arbitrary: time },
);

const text = fc
  .oneof(
    fc.string({ maxLength: 40 }),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.constantFrom('', '\r', 'é', '€', '😀', 'a😀', ' ', '2026-11-20T22:01:00Z stdout F in a line'),
  )
  .map((value) => Buffer.from(value).toString('latin1'));

const bytes = fc.uint8Array({ maxLength: 40 }).map((value) => Buffer.from(value).toString('latin1'));

/** Bytes without a newline, as latin1. */
export const content: fc.Arbitrary<string> = fc
  .oneof(text, text, bytes)
  .map((value) => value.replaceAll('\n', '\r'));

const nuls = fc.oneof(
  { weight: 12, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: fc.nat({ max: 9 }).map((count) => '\0'.repeat(count)) },
);
const stream = fc.constantFrom('stdout', 'stdout', 'stderr');
const moreTags = fc.oneof(
  { weight: 9, arbitrary: fc.constant('') },
  fc.constantFrom(':', ':x', ':x:y=z', ':é'),
);

const criLine = fc
  .tuple(
    lineTime,
    stream,
    fc.constantFrom('P', 'F', 'F'),
    moreTags,
    fc.constantFrom(' ', ' ', ' ', ''),
    content,
  )
  .map(([t, s, tag, more, space, body]) => `${t} ${s} ${tag}${more}${space}${space === '' ? '' : body}`);

/** The inside of a JSON string: plain text, text as JSON.stringify and Go escape it, and any escapes. */
const jsonText = fc.oneof(
  content.map((value) => JSON.stringify(value).slice(1, -1)),
  content
    .map((value) => JSON.stringify(Buffer.from(value, 'latin1').toString()).slice(1, -1))
    .map((value) => Buffer.from(value).toString('latin1')),
  fc
    .array(
      fc.oneof(
        fc.constantFrom('\\"', '\\\\', '\\/', '\\b', '\\n', '\\t', 'x', '\\u003c'),
        fc.stringMatching(/^\\u[dD][89a-fA-F][0-9a-f]{2}$/),
        fc.stringMatching(/^\\u[0-9a-fA-F]{4}$/),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);
const lineEnd = fc.constantFrom('\\n', '\\n', '\\n', '', '\\u000a', '\\u000A', '\\\\n', '\\r\\n');
const space = fc.oneof({ weight: 9, arbitrary: fc.constant('') }, fc.constantFrom(' ', '\t ', '\r'));
const otherMember = fc.oneof(
  fc.constantFrom(
    '"attrs":{"tag":"x","labels":{"a":[1,-2.5e+3,true,null]}}',
    '"attrs":{}',
    '"a":[]',
    '"logs":"x"',
  ),
  fc.oneof(
    { weight: 9, arbitrary: fc.constant('"n":-0.5E-1') },
    { weight: 1, arbitrary: fc.constantFrom('"n":01', '"n":-', '"e":1.', '"e":1e', '"t":tru', '"a":[1,]') },
  ),
  fc.json({ maxDepth: 2 }).map((value) => `"extra":${Buffer.from(value).toString('latin1')}`),
);

const canonicalDockerLine = fc
  .tuple(jsonText, lineEnd, stream, lineTime)
  .map(([log, end, s, t]) => `{"log":"${log}${end}","stream":"${s}","time":"${t}"}`);

const looseDockerLine = fc
  .tuple(canonicalDockerLine, fc.array(otherMember, { maxLength: 2 }), fc.nat(), space)
  .map(([line, others, order, gap]) => {
    const parts = /^\{("log":.*),("stream":"\w+"),("time":[^,]*)\}$/s.exec(line)?.slice(1) ?? [line];
    const members = [...parts, ...others];
    for (let index = members.length - 1, seed = order; index > 0; index--, seed = Math.floor(seed / 7)) {
      const other = seed % (index + 1);
      [members[index], members[other]] = [members[other] ?? '', members[index] ?? ''];
    }
    return `${gap}{${gap}${members.map((member) => member.replace('":', `"${gap}:${gap}`)).join(`${gap},${gap}`)}${gap}}${gap}`;
  });

/** A byte put in, taken out or changed. */
const mutated = (line: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      line,
      fc.nat(),
      fc.constantFrom(0, 1, 2),
      fc.oneof(fc.integer({ min: 11, max: 255 }), fc.constantFrom(32, 34, 58, 92, 0, 13, 48, 90)),
    )
    .map(([value, where, kind, byte]) => {
      const at = where % (value.length + 1);
      return (
        value.slice(0, at) +
        (kind === 0 ? '' : String.fromCharCode(byte)) +
        value.slice(kind === 2 ? at : at + 1)
      );
    });

const linesOf = (good: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      nuls,
      fc.oneof(
        { weight: 12, arbitrary: good },
        { weight: 3, arbitrary: mutated(good) },
        { weight: 1, arbitrary: content },
      ),
    )
    .map((parts) => parts.join(''));

export const criLines: fc.Arbitrary<string> = linesOf(criLine);
export const dockerLines: fc.Arbitrary<string> = linesOf(fc.oneof(canonicalDockerLine, looseDockerLine));

/** How a list of lines comes to the decoder: cut into reads, some of which begin a new generation. */
export const chunksOf = (line: fc.Arbitrary<string>, maxLines: number): fc.Arbitrary<Chunk[]> =>
  fc
    .array(fc.tuple(line, fc.integer({ min: 0, max: 9 })), { minLength: 1, maxLength: maxLines, size: 'max' })
    .map((lines) => {
      const chunks: Chunk[] = [];
      let generation = 1;
      let offset = 0;
      let pending: Buffer[] = [];
      const cut = (): void => {
        const whole = Buffer.concat(pending);
        if (whole.length > 0) chunks.push({ generation, offset, bytes: whole });
        offset += whole.length;
        pending = [];
      };
      for (const [value, fate] of lines) {
        pending.push(Buffer.from(`${value}\n`, 'latin1'));
        if (fate <= 2) cut();
        if (fate === 0) {
          generation++;
          offset = 0;
        }
      }
      cut();
      return chunks;
    });
