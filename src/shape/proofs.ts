/** What patterns cannot say: whether a text that looks like a secret can be one. All look at [start, end) of the bytes. */
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

const DOT = 0x2e;
const COLON = 0x3a;

/** First digits and lengths as the card companies give them out, and the check digit (Luhn). */
export const isCardNumber = (
  bytes: Uint8Array,
  textStart: number,
  _from: number,
  start: number,
  end: number,
  textEnd: number,
): boolean => {
  const before = start > textStart ? (bytes[start - 1] ?? 0) : 0;
  // Of a longer number, or behind the point of a fraction.
  if (isDigit(before) || (end < textEnd && isDigit(bytes[end] ?? 0))) return false;
  if (before === DOT && start - 1 > textStart && isDigit(bytes[start - 2] ?? 0)) return false;
  let digits = 0;
  let sum = 0;
  for (let at = end - 1; at >= start; at--) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0) continue;
    const doubled = digits % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
    digits++;
  }
  return sum % 10 === 0 && isIssued(bytes[start] ?? 0, digits);
};

/** Visa 4, Mastercard 5 and 2, American Express and Diners 3, UnionPay, Discover and Maestro 6. */
const isIssued = (first: number, digits: number): boolean => {
  switch (first) {
    case 0x34:
      return digits === 13 || digits === 16 || digits === 19;
    case 0x32:
    case 0x35:
      return digits === 16;
    case 0x33:
      return digits >= 14 && digits <= 19;
    case 0x36:
      return digits >= 16;
    default:
      return false;
  }
};

/** What stands where a secret would, and is none. */
const NO_SECRETS = /^(?:null|true|false|none|nil|undefined|\*+|<?redacted>?|\[redacted\]?|x{3,})?$/i;
const WORKING_DIRECTORY = /(?:^|[^A-Za-z])(?:OLD)?PWD$/;
/** `invalid token: unexpected end`: words of a message, not a token. A password can be a word. */
const WORD_OF_A_MESSAGE = /^[a-z]{1,15}[,.;]?$/;
const NO_PASSWORD_KEY = /(?:secret|token|credentials?|authorization|key)$/i;

export const isSecretValue = (
  bytes: Uint8Array,
  textStart: number,
  from: number,
  start: number,
  end: number,
): boolean => {
  if (end - start <= 40) {
    const value = latin1(bytes, start, end);
    if (NO_SECRETS.test(value)) return false;
    // The key may begin before the match does.
    const context = latin1(bytes, Math.max(textStart, from - 3), start);
    const [, key = '', separator = ''] = /([\w.-]+)\s*(:|=)\s*$/.exec(context) ?? [];
    if (value.startsWith('/') && WORKING_DIRECTORY.test(key)) return false;
    if (separator === ':' && NO_PASSWORD_KEY.test(key) && WORD_OF_A_MESSAGE.test(value)) return false;
  }
  return true;
};

/** A word behind `bearer` is no token: it has no digit, is in small letters and short. */
export const looksRandom = (
  bytes: Uint8Array,
  _textStart: number,
  _from: number,
  start: number,
  end: number,
): boolean => end - start > 24 || !/^[A-Za-z]?[a-z]*[.,]?$/.test(latin1(bytes, start, end));

/** Base64 of `user:password`. */
export const hasBase64Credentials = (
  bytes: Uint8Array,
  _textStart: number,
  _from: number,
  start: number,
  end: number,
): boolean => Buffer.from(latin1(bytes, start, end), 'base64').includes(COLON);

const SCHEMES = /^(?:bearer|basic|digest|negotiate|token|apikey|ntlm|hawk|aws4-hmac-sha256)$/i;

/** The first word behind `authorization:` is the secret itself, unless it says what kind follows. */
export const isNoScheme = (
  bytes: Uint8Array,
  _textStart: number,
  _from: number,
  start: number,
  end: number,
): boolean =>
  end - start > 16 ||
  !(SCHEMES.test(latin1(bytes, start, end)) || NO_SECRETS.test(latin1(bytes, start, end)));

/** Four numbers up to 255; or enough colons for an IPv6 address, and a digit, so that no `a::b` of a program is one. */
export const isIpAddress = (
  bytes: Uint8Array,
  textStart: number,
  _from: number,
  start: number,
  end: number,
  textEnd: number,
): boolean => {
  const isInside = (at: number): boolean =>
    at >= textStart && at < textEnd && /[\w:]/.test(latin1(bytes, at, at + 1));
  if (isInside(start - 1) || (end < textEnd && /\w/.test(latin1(bytes, end, end + 1)))) return false;
  const text = latin1(bytes, start, end);
  if (text.includes('.')) return text.split('.').every((part) => Number(part) < 256);
  const colons = text.split(':').length - 1;
  return /\d/.test(text) && (colons === 7 || (text.includes('::') && text.length > 3));
};

const latin1 = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
