/**
 * Reads TypeScript just well enough to keep house: it knows what is code, what is a comment and what is the
 * inside of a string, and nothing of grammar. TypeScript 7 has no compiler API to ask, and a rule that fires on
 * a word in a comment would soon be switched off.
 *
 * Known limits: a regular expression directly after a `)` is taken for a division, and JSX is not known at all.
 */

export interface SourceFile {
  /** Path from the project's root, with forward slashes: `src/core/position.ts`. */
  readonly path: string;
  readonly text: string;
  /** As long as `text`; comments and the insides of strings, templates and regular expressions are spaces. */
  readonly code: string;
  readonly comments: readonly Comment[];
}

export interface Comment {
  readonly line: number;
  readonly text: string;
}

export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** After these words a slash begins a regular expression; after any other word it divides. */
const WORDS_BEFORE_REGEX = new Set(
  'return typeof case in of delete void throw new else do await yield instanceof'.split(' '),
);

export function parseSource(path: string, text: string): SourceFile {
  const out = text.split('');
  const comments: Comment[] = [];
  /** For each open `${`, how many braces are open inside it. */
  const templates: number[] = [];
  let at = 0;

  const blank = (from: number, to: number): void => {
    for (let i = from; i < Math.min(to, text.length); i++) if (out[i] !== '\n') out[i] = ' ';
  };
  const comment = (end: number): void => {
    comments.push({ line: lineAt(text, at), text: text.slice(at, end) });
    blank(at, end);
    at = end;
  };
  /** From inside a template: blanks its text up to the closing backtick or the next `${`. */
  const template = (from: number): void => {
    let end = from;
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end))
      end += text[end] === '\\' ? 2 : 1;
    blank(from, end);
    if (text[end] === '$') {
      templates.push(0);
      at = end + 2;
    } else at = end + 1;
  };

  while (at < text.length) {
    const char = text.charAt(at);
    if (text.startsWith('//', at)) comment(endOr(text.indexOf('\n', at), text.length));
    else if (text.startsWith('/*', at)) comment(endOr(text.indexOf('*/', at + 2) + 2, text.length, 1));
    else if (char === '/' && startsRegex(out, at)) {
      const end = regexEnd(text, at);
      blank(at + 1, end - 1);
      at = end;
    } else if (char === "'" || char === '"') {
      let end = at + 1;
      while (end < text.length && text[end] !== char && text[end] !== '\n') end += text[end] === '\\' ? 2 : 1;
      blank(at + 1, end);
      at = end + 1;
    } else if (char === '`') template(at + 1);
    else if (char === '}' && templates.at(-1) === 0) {
      templates.pop();
      template(at + 1);
    } else {
      if (char === '{' || char === '}') bumpLast(templates, char === '{' ? 1 : -1);
      at++;
    }
  }
  return { path, text, code: out.join(''), comments };
}

/** Every module named by an import, an export … from, an `import()` or a worker's `new URL(…, import.meta.url)`. */
export function importsOf(file: SourceFile): readonly Import[] {
  const found: Import[] = [];
  for (const match of file.code.matchAll(/(?<![.\w$])(?:from\s*|import\s*\(?\s*|new URL\(\s*)(['"])/g)) {
    const start = match.index + match[0].length;
    const end = file.code.indexOf(match[1] ?? "'", start);
    const specifier = file.text.slice(start, end);
    if (match[0].startsWith('new') && !/^\.{1,2}\/.*\.[cm]?[jt]s$/.test(specifier)) continue;
    found.push({ specifier, line: lineAt(file.text, start) });
  }
  return found;
}

export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let i = text.indexOf('\n'); i !== -1 && i < offset; i = text.indexOf('\n', i + 1)) line++;
  return line;
}

/** The offset just past the bracket that closes the one at `open`, in text where strings are blank. */
export function closingBracket(code: string, open: number): number {
  let depth = 0;
  for (let i = open; i < code.length; i++) {
    if ('([{'.includes(code.charAt(i))) depth++;
    else if (')]}'.includes(code.charAt(i)) && --depth === 0) return i + 1;
  }
  return code.length;
}

function endOr(end: number, otherwise: number, atLeast = 0): number {
  return end <= atLeast ? otherwise : end;
}

function bumpLast(counts: number[], by: number): void {
  const last = counts.pop();
  if (last !== undefined) counts.push(last + by);
}

function startsRegex(code: readonly string[], at: number): boolean {
  let i = at - 1;
  while (i >= 0 && /\s/.test(code[i] ?? '')) i--;
  const before = code[i] ?? '';
  if (/[)\]'"`]/.test(before)) return false;
  if (!/[\w$]/.test(before)) return true;
  let word = '';
  for (; i >= 0 && /[\w$]/.test(code[i] ?? ''); i--) word = (code[i] ?? '') + word;
  return WORDS_BEFORE_REGEX.has(word);
}

function regexEnd(text: string, start: number): number {
  let inClass = false;
  for (let i = start + 1; i < text.length; i++) {
    const char = text[i];
    if (char === '\n') return i;
    if (char === '\\') i++;
    else if (char === '[') inClass = true;
    else if (char === ']') inClass = false;
    else if (char === '/' && !inClass) return i + 1;
  }
  return text.length;
}
