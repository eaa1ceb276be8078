import { type Comment, closingBracket, lineAt, type SourceFile } from './source-text.ts';

interface Ban {
  readonly pattern: RegExp;
  readonly why: string;
  readonly where: (path: string) => boolean;
}

const inSource = (path: string): boolean => path.startsWith('src/');
const inTest = (path: string): boolean => path.startsWith('test/');
const everywhere = (): boolean => true;
/** The world comes in through src/system; main.ts and the commands hand it down. */
const insideTheHouse = (path: string): boolean =>
  inSource(path) && path !== 'src/main.ts' && !/^src\/(system|cli)\//.test(path);
/** Programs that run for minutes and print what they see; their own pace is part of what they measure. */
const mustNotSleep = (path: string): boolean => inTest(path) && !/^test\/(soak|bench|support)\//.test(path);

const WORLD = 'belongs to src/system: take it as a port';

const CODE_BANS: readonly Ban[] = [
  { pattern: /(?<![\w$.])(?:globalThis\.)?Date\.now\b/g, why: `Date.now ${WORLD}`, where: insideTheHouse },
  { pattern: /\bnew Date\(\s*\)/g, why: `the present time ${WORLD}`, where: insideTheHouse },
  {
    pattern: /(?<![\w$.])(?:globalThis\.)?performance\.now\b/g,
    why: `performance.now ${WORLD}`,
    where: insideTheHouse,
  },
  {
    pattern: /(?<![\w$.])(?:globalThis\.)?set(?:Timeout|Interval|Immediate)\b/g,
    why: `a timer ${WORLD}`,
    where: insideTheHouse,
  },
  {
    pattern: /(?<![\w$.])(?:globalThis\.)?Math\.random\b/g,
    why: `randomness ${WORLD}`,
    where: insideTheHouse,
  },
  {
    pattern: /\b(?:randomUUID|randomBytes|getRandomValues)\b/g,
    why: `randomness ${WORLD}`,
    where: insideTheHouse,
  },
  {
    pattern: /(?<![\w$.])(?:globalThis\.)?process\.env\b/g,
    why: `the environment ${WORLD}`,
    where: insideTheHouse,
  },
  {
    pattern: /(?<![\w$.])(?:globalThis\.)?process\.exit\b/g,
    why: 'only src/main.ts and src/cli end the process',
    where: insideTheHouse,
  },
  {
    pattern: /(?<![\w$.])console\s*\./g,
    why: 'console: notable happenings go through telemetry/events.ts',
    where: inSource,
  },
  { pattern: /(?<![\w$.#])any\b(?!\s*[:(?])/g, why: 'any: use unknown and parse it', where: everywhere },
  { pattern: /[\w$)\]]!(?!=)/g, why: 'a non-null assertion (!): prove it or handle it', where: everywhere },
  { pattern: /(?<![\w$.])enum\s+[A-Za-z_$]/g, why: 'enum: use a union of literals', where: everywhere },
  {
    pattern: /(?<![\w$.])(?:it|test|describe|suite)(?:\.\w+)*\.(?:skip|only|todo)\b/g,
    why: 'a test that does not run, or runs alone',
    where: inTest,
  },
];

/** Breaches of the house's bans in one file, each as `path:line what is wrong`. */
export function bannedIn(file: SourceFile): readonly string[] {
  const inCode = CODE_BANS.filter((ban) => ban.where(file.path)).flatMap((ban) =>
    [...file.code.matchAll(ban.pattern)].map(
      (match) => `${file.path}:${lineAt(file.code, match.index)} ${ban.why}`,
    ),
  );
  const inComments = file.comments.flatMap((comment) => {
    const wrong = commentBreach(comment);
    return wrong === undefined ? [] : [`${file.path}:${comment.line} ${wrong}`];
  });
  const inImports = inSource(file.path) ? costlyImportsIn(file) : [];
  return [...inCode, ...inComments, ...inImports, ...(mustNotSleep(file.path) ? sleepsIn(file) : [])];
}

function commentBreach({ text }: Comment): string | undefined {
  if (/@ts-(?:ignore|nocheck)\b/.test(text)) return 'switches the type checker off';
  if (/@ts-expect-error\b(?!\W+\w+ \w+)/.test(text)) return 'expects a type error without saying why';
  if (/\b(?:oxlint|eslint)-disable\b/.test(text) && !/ -- \w+ \w+/.test(text)) {
    return 'switches a lint rule off without saying why (rule -- the reason)';
  }
  if (/\bbiome-ignore\b/.test(text) && !/biome-ignore[^:]*: \w+ \w+/.test(text)) {
    return 'switches Biome off without saying why';
  }
  if (/\b(?:TODO|FIXME|XXX)\b/.test(text)) return 'leaves work in a comment: file an issue';
  return undefined;
}

/** An import of a value touches every export of the module; one of these loads a web client: 40 ms of CPU at each start. */
function costlyImportsIn(file: SourceFile): readonly string[] {
  return [...file.text.matchAll(/^import (?!type\b)[^;]*?'node:https?';/gm)].map(
    (match) =>
      `${file.path}:${lineAt(file.text, match.index)} node:http by import: take process.getBuiltinModule`,
  );
}

const SHORTEST_SLEEP_MS = 100;

/** `setTimeout` with a literal pause: a test waits for a condition, or bounds itself with `AbortSignal.timeout`. */
function sleepsIn(file: SourceFile): readonly string[] {
  return [...file.code.matchAll(/\bsetTimeout\s*\(/g)].flatMap((match) => {
    const open = match.index + match[0].length - 1;
    const call = file.code.slice(open + 1, closingBracket(file.code, open) - 1);
    const pause = /^\s*([\d_]+)\s*(?:,|$)/.exec(call)?.[1] ?? /,\s*([\d_]+)\s*,?\s*$/.exec(call)?.[1] ?? '0';
    if (Number(pause.replaceAll('_', '')) < SHORTEST_SLEEP_MS) return [];
    return [`${file.path}:${lineAt(file.code, open)} sleeps: wait for a condition instead`];
  });
}
