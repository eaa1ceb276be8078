import { closingBracket, lineAt, type SourceFile } from './source-text.ts';

const MOST_FILE_LINES = 350;
const MOST_FUNCTION_LINES = 90;

export interface FunctionSpan {
  readonly name: string;
  readonly firstLine: number;
  readonly lines: number;
}

export function sizeBreaches(file: SourceFile): readonly string[] {
  const breaches: string[] = [];
  const lines = file.text.replace(/\n$/, '').split('\n').length;
  if (lines > MOST_FILE_LINES)
    breaches.push(`${file.path}:1 has ${lines} lines; ${MOST_FILE_LINES} are allowed`);
  for (const span of functionsOf(file)) {
    if (span.lines <= MOST_FUNCTION_LINES) continue;
    breaches.push(
      `${file.path}:${span.firstLine} ${span.name} has ${span.lines} lines; ${MOST_FUNCTION_LINES} are allowed`,
    );
  }
  return breaches;
}

/** Words before a parenthesis that do not make the braces behind it a function's body. */
const CONTROL = new Set('if for while switch catch with return await typeof new in of'.split(' '));

/** Every function, method and arrow function with a body in braces, from the line of its name to its last brace. */
export function functionsOf(file: SourceFile): readonly FunctionSpan[] {
  const { code } = file;
  const spans: FunctionSpan[] = [];
  const add = (name: string, start: number, brace: number): void => {
    const firstLine = lineAt(code, start);
    spans.push({ name, firstLine, lines: lineAt(code, closingBracket(code, brace) - 1) - firstLine + 1 });
  };
  for (const match of code.matchAll(/=>\s*\{/g)) {
    const line = code.slice(code.lastIndexOf('\n', match.index) + 1, match.index);
    const name = /([\w$#]+)\s*[=:]\s*(?:async\s*)?[(<]/.exec(line)?.[1] ?? 'an arrow function';
    add(name, match.index, match.index + match[0].length - 1);
  }
  for (const match of code.matchAll(/([\w$#]+\]?)\s*(?=[<(])/g)) {
    const name = match[1] ?? '';
    if (CONTROL.has(name)) continue;
    let open = match.index + match[0].length;
    if (code[open] === '<') open = skipSpace(code, closingAngle(code, open) + 1);
    const brace = code[open] === '(' ? bodyAfter(code, closingBracket(code, open)) : undefined;
    if (brace !== undefined) add(name, match.index, brace);
  }
  return spans;
}

/** The brace that opens the body behind a parameter list that ends before `at`, over its return type if it has one. */
function bodyAfter(code: string, at: number): number | undefined {
  let i = skipSpace(code, at);
  if (code[i] === '{') return i;
  if (code[i] !== ':') return undefined;
  for (i++; i < code.length; i++) {
    const char = code.charAt(i);
    if (char === '{' && !expectsType(code.slice(at, i))) return i;
    if (char === '{' || char === '(' || char === '[') i = closingBracket(code, i) - 1;
    else if (char === '=' && code[i + 1] === '>') i++;
    else if (';,=)}]?'.includes(char)) return undefined;
    else if (char === '<') i = closingAngle(code, i);
  }
  return undefined;
}

/** Whether a brace behind this text is an object type: `: {`, `| {`, `readonly {`. */
function expectsType(before: string): boolean {
  return /(?:[:|&<(,]|=>|\b(?:is|extends|keyof|readonly|asserts))\s*$/.test(before);
}

function closingAngle(code: string, open: number): number {
  let depth = 0;
  for (let i = open; i < code.length; i++) {
    if (code[i] === '<') depth++;
    else if (code[i] === '>' && code[i - 1] !== '=' && --depth === 0) return i;
    // Not a type at all: a comparison, somewhere before the end of its statement.
    else if (code[i] === ';' && depth === 1 && code.slice(open, i).split('{').length === 1) return i;
  }
  return code.length;
}

function skipSpace(code: string, at: number): number {
  let i = at;
  while (i < code.length && /\s/.test(code.charAt(i))) i++;
  return i;
}
