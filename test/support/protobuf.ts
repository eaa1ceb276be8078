/**
 * The little of protobuf that the CRI needs. A message is a list of fields, each
 *
 *     varint(number << 3 | type) then  type 0: varint   |   type 2: varint(length) bytes
 *
 * A text, a nested message and a map entry are all of type 2.
 */
type Field = string | number | boolean | Message | readonly (string | Message)[] | StringMap;

/** Fields by their number; undefined ones are left out. */
export class Message {
  readonly fields: Readonly<Record<number, Field | undefined>>;

  constructor(fields: Readonly<Record<number, Field | undefined>>) {
    this.fields = fields;
  }

  encode(): Buffer {
    return Buffer.concat(
      Object.entries(this.fields).flatMap(([number, value]) =>
        value === undefined ? [] : encodeField(Number(number), value),
      ),
    );
  }
}

/** `map<string, string>`: an entry is a message with the key in field 1 and the value in field 2. */
export class StringMap {
  readonly entries: Readonly<Record<string, string>>;

  constructor(entries: Readonly<Record<string, string>>) {
    this.entries = entries;
  }

  encode(number: number): Buffer[] {
    return Object.entries(this.entries).flatMap(([key, value]) =>
      encodeField(number, new Message({ 1: key, 2: value })),
    );
  }
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

function encodeField(number: number, value: Field): Buffer[] {
  if (typeof value === 'number') return [varint(number * 8 + VARINT), varint(value)];
  if (typeof value === 'boolean') return [varint(number * 8 + VARINT), varint(value ? 1 : 0)];
  if (value instanceof StringMap) return value.encode(number);
  if (typeof value === 'string' || value instanceof Message) {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value.encode();
    return [varint(number * 8 + BYTES), varint(bytes.length), bytes];
  }
  return value.flatMap((each) => encodeField(number, each));
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Buffer.from([...bytes, rest]);
}

/** The fields of a message that came in: numbers, and bytes that are a text or a message, as the reader knows. */
export class Fields {
  readonly #numbers = new Map<number, number>();
  readonly #bytes = new Map<number, Buffer[]>();

  constructor(bytes: Buffer) {
    let at = 0;
    const next = (): number => {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = bytes[at++] ?? 0;
        value += (byte % 128) * scale;
        if (byte < 128) return value;
      }
    };
    while (at < bytes.length) {
      const key = next();
      const number = Math.floor(key / 8);
      if (key % 8 === VARINT) this.#numbers.set(number, next());
      else if (key % 8 === FIXED64) at += 8;
      else if (key % 8 === FIXED32) at += 4;
      else {
        const length = next();
        this.#bytes.set(number, [...(this.#bytes.get(number) ?? []), bytes.subarray(at, (at += length))]);
      }
    }
  }

  number(number: number): number {
    return this.#numbers.get(number) ?? 0;
  }

  text(number: number): string {
    return this.#bytes.get(number)?.at(-1)?.toString('utf8') ?? '';
  }

  message(number: number): Fields {
    return new Fields(this.#bytes.get(number)?.at(-1) ?? Buffer.alloc(0));
  }
}
