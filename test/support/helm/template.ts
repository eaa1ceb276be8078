/**
 * The few things of Go's template language that birler's chart uses, and nothing else: what is not here throws, so that the
 * chart stays as plain as this page.
 *
 *     {{ .Values.image.tag }}   {{ $.Release.Name }}   {{ default .Chart.Name .Values.nameOverride }}   {{ .x | nindent 4 }}
 *     {{- if PIPE }} … {{- else }} … {{- end }}        {{- with PIPE }} … {{- end }}        {{- define "name" -}} … {{- end }}
 *
 * `{{-` and `-}}` take away all white space before and after them.
 */
export type Node =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'print'; readonly pipe: Pipe }
  | { readonly kind: 'if' | 'with'; readonly pipe: Pipe; readonly body: Body; readonly otherwise: Body }
  | { readonly kind: 'define'; readonly name: string; readonly body: Body };
export type Body = readonly Node[];

/** Commands from left to right; what one gives is the last argument of the next. */
export type Pipe = readonly Command[];
export type Command = readonly Term[];
export type Term =
  | { readonly kind: 'path'; readonly fromRoot: boolean; readonly names: readonly string[] }
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'function'; readonly name: string };

/** @throws Error with the file's name and line where it is not understood */
export function parseTemplate(text: string, file: string): Body {
  const parser = new Parser(tokens(text), file);
  return parser.all();
}

interface Token {
  readonly kind: 'text' | 'action';
  readonly text: string;
  readonly line: number;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  let from = 0;
  let trimsNext = false;
  const addText = (until: number, trimsEnd: boolean): void => {
    let plain = text.slice(from, until);
    if (trimsNext) plain = plain.trimStart();
    if (trimsEnd) plain = plain.trimEnd();
    if (plain !== '') found.push({ kind: 'text', text: plain, line: 0 });
  };
  for (const match of text.matchAll(/\{\{(-\s)?\s*(.*?)\s*(\s-)?\}\}/gs)) {
    const [whole, trimsBefore, action = '', trimsAfter] = match;
    addText(match.index, trimsBefore !== undefined);
    found.push({ kind: 'action', text: action, line: text.slice(0, match.index).split('\n').length });
    from = match.index + whole.length;
    trimsNext = trimsAfter !== undefined;
  }
  addText(text.length, false);
  return found;
}

class Parser {
  readonly #tokens: Token[];
  readonly #file: string;

  constructor(all: Token[], file: string) {
    this.#tokens = all;
    this.#file = file;
  }

  all(): Body {
    const { body, closedBy } = this.#body();
    if (closedBy !== undefined) throw this.#error(closedBy, 'closes nothing');
    return body;
  }

  #body(): { readonly body: Body; readonly closedBy: Token | undefined } {
    const body: Node[] = [];
    for (let token = this.#tokens.shift(); token !== undefined; token = this.#tokens.shift()) {
      if (token.kind === 'text') body.push({ kind: 'text', text: token.text });
      else if (token.text === 'end' || token.text === 'else') return { body, closedBy: token };
      else body.push(this.#action(token));
    }
    return { body, closedBy: undefined };
  }

  #action(token: Token): Node {
    const [, word = '', rest = ''] = /^(\w*)\s*(.*)$/s.exec(token.text) ?? [];
    if (word === 'if' || word === 'with') {
      const pipe = this.#pipe(rest, token);
      const { body, closedBy } = this.#body();
      const otherwise = closedBy?.text === 'else' ? this.#ended(token) : [];
      if (closedBy === undefined) throw this.#error(token, 'has no end');
      return { kind: word, pipe, body, otherwise };
    }
    if (word === 'define') {
      const [, name] = /^"([^"]+)"$/.exec(rest) ?? [];
      if (name === undefined) throw this.#error(token, 'needs a name in quotes');
      return { kind: 'define', name, body: this.#ended(token) };
    }
    return { kind: 'print', pipe: this.#pipe(token.text, token) };
  }

  #ended(opener: Token): Body {
    const { body, closedBy } = this.#body();
    if (closedBy?.text !== 'end') throw this.#error(opener, 'has no end');
    return body;
  }

  #pipe(text: string, token: Token): Pipe {
    const words = text.match(/"[^"]*"|\||[^\s|"]+/g) ?? [];
    const pipe: Term[][] = [[]];
    for (const word of words) {
      if (word === '|') pipe.push([]);
      else pipe.at(-1)?.push(this.#term(word, token));
    }
    if (pipe.some((command) => command.length === 0)) throw this.#error(token, 'has an empty command');
    return pipe;
  }

  #term(word: string, token: Token): Term {
    if (word.startsWith('"')) return { kind: 'literal', value: word.slice(1, -1) };
    if (/^\d+$/.test(word)) return { kind: 'literal', value: Number(word) };
    if (/^\w+$/.test(word)) return { kind: 'function', name: word };
    if (/^\$?(?:\.\w+)+$|^[$.]$/.test(word)) {
      const names = word.split('.').slice(1).filter(Boolean);
      return { kind: 'path', fromRoot: word.startsWith('$'), names };
    }
    throw this.#error(token, `holds ${word}, which is more than this chart's templates may use`);
  }

  #error({ text, line }: Token, problem: string): Error {
    return new Error(`${this.#file}:${line}: {{ ${text} }} ${problem}`);
  }
}
