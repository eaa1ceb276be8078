import { invariant } from '../core/errors.ts';
import { Pattern } from './pattern.ts';
import {
  hasBase64Credentials,
  isCardNumber,
  isIpAddress,
  isNoScheme,
  isSecretValue,
  looksRandom,
} from './proofs.ts';

/** Ready patterns for what should not be in a log, by their names in birler.yaml. */
export const READY_PATTERNS = [
  'credit_card',
  'aws_key',
  'jwt',
  'authorization',
  'url_password',
  'secret_value',
  'private_key',
  'access_token',
  'email',
  'ip_address',
] as const;
export type ReadyPattern = (typeof READY_PATTERNS)[number];

/** What is hidden unless the configuration says what: all but what is personal and not secret. */
export const SECRETS: readonly ReadyPattern[] = READY_PATTERNS.filter(
  (name) => name !== 'email' && name !== 'ip_address',
);

/** One way in which a secret shows: something that announces it, the secret, and what must follow it. */
export interface SecretRule {
  /** `before`, the secret and `after` together. */
  readonly whole: Pattern;
  /** undefined: the whole match is the secret. */
  readonly before: Pattern | undefined;
  /** How many bytes at the end of a match are not the secret. */
  readonly afterBytes: number;
  /** Whether a match is a secret; undefined: each is. */
  readonly proof: Proof | undefined;
}

/** @param from where the match begins; the secret is [start, end) of the text [textStart, textEnd) */
export type Proof = (
  bytes: Uint8Array,
  textStart: number,
  from: number,
  start: number,
  end: number,
  textEnd: number,
) => boolean;

interface Source {
  readonly before?: string;
  readonly secret: string;
  /** One plain character. */
  readonly after?: string;
  readonly proof?: Proof;
}

/** The end of a key whose value is a secret. */
const SECRET_KEY =
  '(?:pass(?:word|wd|phrase|code)|pwd|(?:\\b|_|\\\\[nrt])pass|secret|token|credentials?|secret_key_base|(?:api|access|secret|private|encryption|auth|signing)[_.-]?key)';
/** A key is followed by its quote, which is escaped where JSON is within JSON, and by what separates it from its value. */
const KEY_END = '\\\\*["\']?[ \\t]*(?:=>|:=|[:=]|\\\\u003d|%3d)[ \\t]*';

const SOURCES: Readonly<Record<ReadyPattern, readonly Source[]>> = {
  credit_card: [
    {
      before: '(?:^|\\D)',
      secret: '[2-6]\\d{12,18}|[2-6]\\d{3}[ -](?:\\d{4}[ -]\\d{4}[ -]\\d{4}|\\d{6}[ -]\\d{4,5})',
      proof: isCardNumber,
    },
  ],
  aws_key: [{ secret: '(?:AKIA|ASIA|AROA|AIDA|AGPA|ANPA|ANVA|ABIA|ACCA)[A-Z0-9]{16}' }],
  // Header, payload and signature; also the five parts of an encrypted one.
  jwt: [{ secret: 'eyJ[\\w-]{8,}(?:\\.[\\w-]*)+' }],
  authorization: [
    { before: '(?i)bearer(?:[ \\t+]+|%20)', secret: '[\\w.~+/=-]{8,}', proof: looksRandom },
    {
      before: '(?i)(?:\\b|\\\\[nrt])basic(?:[ \\t+]+|%20)',
      secret: '[A-Za-z0-9+/]{4,}={0,2}',
      proof: hasBase64Credentials,
    },
    {
      before: `(?i)authorization${KEY_END}[\\[\\\\"']*[a-z][\\w-]*[ \\t]+`,
      secret: '[^\\s"\'\\\\&,;\\[\\]{}]+',
    },
    {
      before: `(?i)authorization${KEY_END}[\\[\\\\"']*`,
      secret: '[^\\s"\'\\\\&,;\\[\\]{}]+',
      proof: isNoScheme,
    },
  ],
  url_password: [
    {
      before: '(?i)[a-z][a-z0-9+.-]*:(?:\\\\?/){2}[^\\s/?#"\'<>@:]*:',
      secret: '[^\\s/?#"\'<>]+',
      after: '@',
      proof: isSecretValue,
    },
  ],
  secret_value: [
    {
      before: `(?i)${SECRET_KEY}(?:${KEY_END}|"\\s*:\\s*)"`,
      secret: '(?:[^"\\\\]|\\\\.)+',
      proof: isSecretValue,
    },
    {
      before: `(?i)${SECRET_KEY}${KEY_END}\\\\+"`,
      secret: '(?:[^"\\\\]|\\\\+[^"\\\\]|\\\\{3,}")+',
      proof: isSecretValue,
    },
    { before: `(?i)${SECRET_KEY}${KEY_END}\\\\*'`, secret: '(?:[^\'"\\\\]|\\\\.)+', proof: isSecretValue },
    {
      before: `(?i)${SECRET_KEY}\\\\*"\\s*:\\s*`,
      secret: '[^\\s"\'\\\\,\\[\\]{}]+',
      proof: isSecretValue,
    },
    {
      before: `(?i)${SECRET_KEY}[ \\t]*(?:=>|:=|[:=]|\\\\u003d|%3d)[ \\t]*`,
      secret: '(?:[^\\s"\'&\\\\<>]|\\\\[^nrtu"\'\\s])+',
      proof: isSecretValue,
    },
    { before: `(?i)${SECRET_KEY}>`, secret: '[^<"\\\\]+', after: '<', proof: isSecretValue },
    {
      before: `(?i)--?[a-z0-9-]*${SECRET_KEY}[ \\t]+`,
      secret: '[^\\s"\'\\\\-][^\\s"\'\\\\]*',
      proof: isSecretValue,
    },
  ],
  private_key: [
    {
      secret:
        '-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(?:[^"-]|-[^"-])*(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----)?',
    },
  ],
  // Tokens that say by their first letters whose they are.
  access_token: [
    { secret: 'gh[pousr]_[A-Za-z0-9]{16,}|github_pat_\\w{20,}|glpat-[\\w-]{16,}' },
    {
      secret:
        'xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-[A-Za-z0-9-]{10,}|(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}',
    },
    { secret: 'AIza[\\w-]{35}|ya29\\.[\\w-]{20,}|npm_[A-Za-z0-9]{36}|pypi-[\\w-]{40,}|hvs\\.[\\w-]{20,}' },
    { secret: 'SG\\.[\\w-]{16,}\\.[\\w-]{16,}|dop_v1_[a-f0-9]{64}|sk-(?:ant-|proj-)[\\w-]{20,}' },
  ],
  email: [{ secret: '[\\w.%+-]+@[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)*\\.[A-Za-z]{2,}' }],
  ip_address: [
    { secret: '\\d{1,3}(?:\\.\\d{1,3}){3}', proof: isIpAddress },
    {
      secret:
        '(?i)[0-9a-f]{1,4}(?:::?[0-9a-f]{1,4}){2,7}|[0-9a-f]{0,4}::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?',
      proof: isIpAddress,
    },
  ],
};

/** The name of a JSON member whose value is a secret. */
export const secretKeySource = `(?i)(?:${SECRET_KEY}|authorization)$`;
/** What stands in a list or an object below such a key, where it is in text. */
export const nestedSecretRule = (): SecretRule =>
  ruleOf({ before: `(?i)(?:${SECRET_KEY}|authorization)\\\\*"\\s*:\\s*[\\[{]`, secret: '[^\\]}]+' });

export const secretRules = (name: ReadyPattern): readonly SecretRule[] => SOURCES[name].map(ruleOf);

const ruleOf = ({ before = '', secret, after = '', proof }: Source): SecretRule => ({
  whole: readyPattern(wholeSource(before, secret, after)),
  before: before === '' ? undefined : readyPattern(before),
  afterBytes: after.length,
  proof,
});

/** Flags can stand at the beginning only, and hold for all of it. */
const wholeSource = (before: string, secret: string, after: string): string => {
  const [flags = ''] = /^\(\?i\)/.exec(before === '' ? secret : before) ?? [];
  return before === '' ? secret : `${flags}(?:${before.slice(flags.length)})(?:${secret})${after}`;
};

export const readyPattern = (source: string): Pattern => {
  const parsed = Pattern.parse(source);
  invariant(parsed.kind === 'value', `a ready pattern can be matched: ${source}`);
  return parsed.value;
};
