import type { TraceKind } from '../core/multiline-mode.ts';
import { afterBlanks, beforeBlanks, isIndented, lineText } from './multiline-lines.ts';
import {
  BRACKET,
  FRAMES,
  GO,
  GO_STACK,
  HEADER,
  INDENT,
  isFrame,
  NOTHING,
  PHP,
  PYTHON,
  PYTHON_STACK,
  PYTHON_SYNTAX,
  RUST,
  RUST_MESSAGE,
  SOURCE,
  WARNING,
} from './multiline-trace.ts';

/**
 * Whether a line may be the first of a trace, from its bytes alone: the same line is judged the same wherever reads are cut.
 * It costs nothing but time to take an ordinary line for one: it is a record of its own as soon as the next line comes, or
 * nothing has come for a while.
 */
export class Openers {
  readonly #kinds: ReadonlySet<TraceKind>;
  readonly #hasExceptions: boolean;

  constructor(kinds: ReadonlySet<TraceKind>) {
    this.#kinds = kinds;
    this.#hasExceptions = ['java', 'node', 'dotnet', 'php', 'ruby', 'rust'].some((kind) =>
      kinds.has(kind as TraceKind),
    );
  }

  /** @returns the state behind this line; NOTHING if it begins nothing */
  stateOf(bytes: Buffer, start: number, end: number): number {
    if (isIndented(bytes, start, end)) return this.#indented(bytes, start, end);
    const last = bytes[beforeBlanks(bytes, start, end) - 1] ?? 0;
    if (start >= end || (bytes[start] === BRACE && last === CLOSING_BRACE)) return NOTHING;
    const text = lineText(bytes, start, end);
    return ANNOUNCING.has(last) || MARKS.test(text) || STARTS.test(text) ? this.#ofText(text) : NOTHING;
  }

  #ofText(text: string): number {
    const kinds = this.#kinds;
    if (kinds.has('python')) {
      const state = pythonState(text);
      if (state !== NOTHING) return state;
    }
    if (kinds.has('go') && GO_TRACE.test(text)) return text.startsWith('goroutine ') ? GO_STACK : GO;
    if (kinds.has('rust') && RUST_PANIC.test(text)) return text.endsWith(':') ? RUST : RUST_MESSAGE;
    if (kinds.has('ruby') && RUBY_ERROR.test(text)) return HEADER;
    if (kinds.has('php') && PHP_FRAME.test(text)) return PHP;
    if (this.#hasExceptions && isException(text)) return HEADER;
    if (kinds.has('node')) {
      if (NODE_SOURCE.test(text)) return SOURCE;
      if (NODE_WARNING.test(text)) return WARNING;
    }
    return kinds.has('indent') ? announced(text) : NOTHING;
  }

  /** What is left of a trace whose beginning was given out, or lies in a file that is gone. */
  #indented(bytes: Buffer, start: number, end: number): number {
    const word = bytes[afterBlanks(bytes, start, end)];
    if (this.#kinds.has('python') && (word === PLUS || word === LETTER_F)) {
      const text = lineText(bytes, start, end);
      if (PYTHON_GROUP.test(text)) return PYTHON_STACK;
      if (PYTHON_FRAME.test(text)) return PYTHON_SYNTAX;
    }
    return this.#hasExceptions && isFrame(bytes, start, end) ? FRAMES : NOTHING;
  }
}

const PLUS = 0x2b;
const LETTER_F = 0x46;

// ---- which lines are looked at closely: about one in twenty, and all that any of the expressions below would take

/** A whole JSON line: what its texts say of errors has no frames below it. */
const BRACE = 0x7b;
const CLOSING_BRACE = 0x7d;
/** What announces more at the end of a line: `:`, `{`, `[`, `(`. */
const ANNOUNCING: ReadonlySet<number> = new Set([0x3a, 0x7b, 0x5b, 0x28]);
const MARKS = /Exception|exception|Error|error: |Throwable|Failure|panic|arning: |note: |: {2}|:in [`']/;
const STARTS =
  /^(?:Fatal |Current thread |Thread |goroutine |fatal |SIG|unexpected |runtime: |thread '|Caused by:|Trace|#|\/|file:|node:|\(node:|"|[A-Za-z]:\\|[a-z][\w$]*\.)/;

// ---- Python

const PYTHON_TRACE = /(?:Traceback|Stack|created at) \(most recent call (?:last|first)\):$/;
const PYTHON_GROUP = /^ +\+ Exception Group Traceback /;
const PYTHON_FRAME = /^ +File "[^"]+", line \d+/;
const PYTHON_FATAL = /^(?:Fatal Python error: |Exception in thread \S+:$|(?:Current thread|Thread) 0x)/;

const pythonState = (text: string): number => {
  if (text.endsWith(':') && PYTHON_TRACE.test(text))
    return text.endsWith('Traceback (most recent call last):') ? PYTHON : PYTHON_STACK;
  return PYTHON_FATAL.test(text) ? PYTHON_STACK : NOTHING;
};

// ---- Go, Rust, Ruby, PHP

const GO_TRACE =
  /^goroutine \d+ |^fatal error: |^SIG[A-Z]+: |^unexpected fault address |^runtime: |\bpanic(?: serving \S+)?: /;
const RUST_PANIC = /^thread '[^']*'(?: \(\d+\))? panicked at /;
const RUBY_ERROR = /^\S+:\d+:in [`'][^']*': .*\([\w:]+\)$/;
const PHP_FRAME = /^#\d+ \S+\(\d+\): /;

// ---- Java, Node, .NET and who else writes `SomeError: why`

const EXCEPTION =
  /(?:Exception|Error|Throwable|Failure)(?:Info)?(?::| ?\(|$)|^Exception in thread |^Unhandled exception|^Caused by:|^Trace(?::|$)/;
/** `pkg.Name: why` or `pkg.Name`, whatever the class is called. */
const QUALIFIED = /^[a-z][\w$]*(?:\.[\w$]+)*\.[A-Z][\w$]*(?::|$)/;

const isException = (text: string): boolean => EXCEPTION.test(text) || QUALIFIED.test(text);

const NODE_SOURCE = /^(?:\/|file:\/\/|node:|[A-Za-z]:\\)[^\s]*:\d+$/;
const NODE_WARNING = /^\(node:\d+\) /;

// ---- what announces indented lines

/** A letter, a digit, a quote, an opening bracket, a path or colours: not the marks of diffs, lists, tables and comments. */
const PLAIN_START = /^[^\s!#%&)*+,:;=>?@\\\]^|}~-]/;
/** PostgreSQL's own way: two blanks behind the word; what can have lines of its own. */
const POSTGRES =
  /\b(?:LOG: {2}(?:statement|execute [^:]*): |(?:ERROR|FATAL|PANIC|WARNING|NOTICE|DETAIL|HINT|CONTEXT|STATEMENT|QUERY): {2})/;
/** Compilers, and Python's warnings. */
const DIAGNOSTIC = /:\d+: (?:\w+ )?(?:error|warning|note|\w*Warning): /;
/** A thread in a dump of the Java VM. */
const JAVA_THREAD = /^"[^"]*" .*\btid=0x/;

const announced = (text: string): number => {
  if (!PLAIN_START.test(text)) return NOTHING;
  const last = text.at(-1);
  if (last === '{' || last === '[' || last === '(') return BRACKET;
  if (last === ':') return INDENT;
  if (JAVA_THREAD.test(text)) return INDENT;
  // Both need it; most lines that come here are long, and have none.
  return text.includes(': ') && (POSTGRES.test(text) || DIAGNOSTIC.test(text)) ? INDENT : NOTHING;
};
