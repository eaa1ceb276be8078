import { posix } from 'node:path';
import { importsOf, type SourceFile } from './source-text.ts';

/**
 * The one-way rule of docs/architecture.md, top to bottom: a room imports rooms of lower rows only. Rooms of one
 * row do not know each other; files of one room may.
 */
const ROWS: readonly (readonly string[])[] = [
  ['main.ts'],
  ['cli'],
  ['service.ts'],
  ['agent.ts', 'server.ts'],
  ['assemble.ts'],
  // doctor knows the configuration and looks at what the rooms below would use; serve does not know it, nor it serve.
  ['serve', 'doctor'],
  ['config'],
  ['sinks', 'kubernetes', 'query', 'archive', 'web'],
  ['discover', 'tail', 'decode', 'enrich', 'shape', 'encode', 'deliver', 'checkpoint', 'kernel'],
  ['telemetry'],
  ['system'],
  ['core'],
];

/** The npm surface: it may name anything, and nothing may import it. */
const SURFACE = 'index.ts';

/** Modules that only some rooms may import, because they touch the world. */
const GUARDED: readonly { readonly modules: RegExp; readonly rooms: readonly string[] }[] = [
  { modules: /^(node:)?fs(\/promises)?$/, rooms: ['system'] },
  { modules: /^(node:)?timers(\/promises)?$/, rooms: ['system'] },
  { modules: /^(node:)?child_process$/, rooms: ['system'] },
  { modules: /^chokidar(\/|$)/, rooms: ['system'] },
  {
    modules: /^(node:)?(net|tls|dgram|http|https|http2)$/,
    rooms: ['system', 'sinks', 'kubernetes', 'deliver', 'serve'],
  },
  { modules: /^pino(-pretty)?(\/|$)/, rooms: ['telemetry'] },
];

/** Breaches of the import rules in src/, each as `path:line what is wrong`. */
export function roomBreaches(files: readonly SourceFile[]): readonly string[] {
  const known = new Set(files.map((file) => file.path));
  return files.flatMap((file) => [
    ...importsOf(file).flatMap(({ specifier, line }) => {
      const wrong = specifier.startsWith('.')
        ? relativeBreach(file.path, specifier, known)
        : guardedBreach(file.path, specifier);
      return wrong === undefined ? [] : [`${file.path}:${line} ${wrong}`];
    }),
    ...(file.path.startsWith('src/') && rowOf(roomOf(file.path)) === -1
      ? [`${file.path}:1 is in no room of design.md section 4 (${roomOf(file.path)})`]
      : []),
  ]);
}

/** The files of src/ that neither the program nor the npm surface reaches by imports. */
export function unreachable(files: readonly SourceFile[]): readonly string[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const waiting = ['src/main.ts', 'src/index.ts'].filter((path) => byPath.has(path));
  if (waiting.length === 0) return [];
  const reached = new Set(waiting);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = byPath.get(path);
    if (file === undefined) continue;
    for (const { specifier } of importsOf(file)) {
      if (!specifier.startsWith('.')) continue;
      const target = posix.join(posix.dirname(path), specifier);
      if (reached.has(target)) continue;
      reached.add(target);
      waiting.push(target);
    }
  }
  return files
    .filter((file) => file.path.startsWith('src/') && !reached.has(file.path))
    .map((file) => `${file.path}:1 is reached by no import from src/main.ts or src/index.ts`);
}

function relativeBreach(from: string, specifier: string, known: ReadonlySet<string>): string | undefined {
  if (!/\.(ts|json)$/.test(specifier)) return `imports ${specifier} without its .ts extension`;
  const target = posix.join(posix.dirname(from), specifier);
  if (specifier.endsWith('.ts') && !known.has(target)) return `imports ${specifier}, which does not exist`;
  if (!from.startsWith('src/')) return undefined;
  if (!target.startsWith('src/')) {
    return specifier.endsWith('.json') ? undefined : `imports ${target}, which is outside src`;
  }
  const [here, there] = [roomOf(from), roomOf(target)];
  if (there === SURFACE || there === 'main.ts') return `imports ${there}, which nothing may import`;
  if (here === there || here === SURFACE) return undefined;
  return rowOf(here) < rowOf(there) ? undefined : `imports ${target}: ${here} may not know ${there}`;
}

function guardedBreach(from: string, specifier: string): string | undefined {
  if (!from.startsWith('src/')) return undefined;
  const guard = GUARDED.find(({ modules }) => modules.test(specifier));
  if (guard === undefined || guard.rooms.includes(roomOf(from))) return undefined;
  return `imports ${specifier}, which only src/${guard.rooms.join(', src/')} may`;
}

/** `src/core/position.ts` is in the room `core`; a file directly in src is a room of its own. */
function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

function rowOf(room: string): number {
  if (room === SURFACE) return 0;
  return ROWS.findIndex((row) => row.includes(room));
}
