import { problem, quoted, type Reading, reading } from './units.ts';

/** Whose traces are recognised. `indent`: whatever is indented below a line that announces more. */
export const TRACE_KINDS = [
  'dotnet',
  'go',
  'indent',
  'java',
  'node',
  'php',
  'python',
  'ruby',
  'rust',
] as const;
export type TraceKind = (typeof TRACE_KINDS)[number];

/**
 * How lines become records: `auto` (all kinds), `off`, or kinds with commas between them: `java` or `go, python`.
 *
 * @returns the one way of writing it; empty for `off`, so that equal texts do the same
 */
export const parseMultilineMode = (text: string): Reading<string> => {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  const [only] = names;
  if (names.length === 1 && only === 'off') return reading('');
  if (names.length === 1 && only === 'auto') return reading('auto');
  const unknown = names.find((name) => !isTraceKind(name));
  if (unknown !== undefined)
    return problem(
      `${quoted(unknown)} is not a way to join lines; write auto, off, or some of ${TRACE_KINDS.join(', ')}`,
    );
  return reading([...new Set(names)].sort().join(','));
};

/** @param mode as `parseMultilineMode` returned it */
export const traceKindsOf = (mode: string): ReadonlySet<TraceKind> =>
  new Set(mode === 'auto' ? TRACE_KINDS : mode.split(',').filter(isTraceKind));

const isTraceKind = (name: string): name is TraceKind => TRACE_KINDS.some((kind) => kind === name);
