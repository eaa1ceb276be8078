import { afterBlanks, begins, isBlank, isIndented, lineText } from './multiline-lines.ts';

/**
 * What may follow in a trace, as a machine: a state says what the lines so far were, `follow` what the next one is to them.
 * Lines that are not indented are matched by expressions that are linear: no two neighbouring parts match the same character.
 *
 *   header     x.YException: why          then lines of its message, frames, causes
 *   frames     \tat x.y(Z.java:7)         then frames, causes; behind blank lines Node's version
 *   source     /app/a.js:7                then a line of source and carets; caret: then a blank line and a header
 *   python     Traceback (most recent…    then frames and one closing line; then perhaps what links it to the next one
 *   go         panic: why                 then goroutines, blank lines between them
 *   rust       thread 'x' panicked        then the message, a note, numbered frames
 *   php        #0 /a.php(7): f()
 *   indent     one that announces more    then what is indented
 *   bracket    one that opens a bracket   then what is indented, and the line that closes it
 */
export const NOTHING = 0;
export const HEADER = 1;
export const FRAMES = 2;
export const SOURCE = 3;
const CARET = 4;
export const PYTHON = 5;
/** Python frames that no closing line follows. */
export const PYTHON_STACK = 6;
/** `  File "a.py", line 1` without more: only a syntax error closes it. */
export const PYTHON_SYNTAX = 7;
const PYTHON_CLOSED = 8;
const PYTHON_LINK = 9;
export const GO = 10;
export const GO_STACK = 11;
export const RUST = 12;
export const RUST_MESSAGE = 13;
const RUST_STACK = 14;
export const PHP = 15;
export const INDENT = 16;
export const BRACKET = 17;
export const WARNING = 18;
/** Complete: nothing follows. */
export const DONE = 19;

/** Not part of it. */
export const END = -1;
/** Part of it if a later line shows that the trace goes on. */
export const MAYBE = -2;

/**
 * @param isWaiting there are lines before this one whose verdict was MAYBE: only what surely goes on a trace takes them in
 * @returns END, MAYBE or the state behind this line, which is then part of the trace
 */
export const follow = (
  state: number,
  bytes: Buffer,
  start: number,
  end: number,
  isWaiting: boolean,
): number => {
  if (isBlank(bytes, start, end)) return takesBlank(state) ? MAYBE : END;
  if (isIndented(bytes, start, end)) return followIndented(state, bytes, start, end, isWaiting);
  return followText(state, lineText(bytes, start, end), isWaiting);
};

/**
 * Whether a line that could open something of its own may be part of a trace all the same: a line of source may look like
 * anything, and a message may have lines that announce more.
 */
export const mayBePartOf = (state: number, opened: number): boolean =>
  opened === NOTHING || opened === INDENT || opened === BRACKET || state === SOURCE;

const takesBlank = (state: number): boolean => BLANK_STATES.has(state);

const BLANK_STATES: ReadonlySet<number> = new Set([
  HEADER,
  FRAMES,
  CARET,
  PYTHON_STACK,
  PYTHON_CLOSED,
  PYTHON_LINK,
  GO,
  GO_STACK,
  RUST_MESSAGE,
  PHP,
]);

const followIndented = (
  state: number,
  bytes: Buffer,
  start: number,
  end: number,
  isWaiting: boolean,
): number => {
  switch (state) {
    case HEADER:
      if (isFrame(bytes, start, end)) return FRAMES;
      return isWaiting ? MAYBE : HEADER;
    case FRAMES:
      return isWaiting && !isFrame(bytes, start, end) ? END : FRAMES;
    case SOURCE:
      if (isCarets(bytes, start, end)) return CARET;
      return isWaiting ? END : MAYBE;
    case PYTHON_STACK:
      return isWaiting && !isGroup(bytes, start, end) ? END : PYTHON_STACK;
    case PYTHON_LINK:
      return isGroup(bytes, start, end) ? PYTHON_STACK : END;
    case GO:
    case RUST_MESSAGE:
      return isWaiting ? MAYBE : state;
    case RUST:
      return RUST_MESSAGE;
    case CARET:
    case WARNING:
    case DONE:
      return END;
    default:
      return isWaiting ? END : state;
  }
};

const followText = (state: number, text: string, isWaiting: boolean): number => {
  switch (state) {
    case HEADER:
      return followHeader(text, isWaiting);
    case FRAMES:
      return followFrames(text, isWaiting);
    case SOURCE:
      if (text.startsWith('^')) return CARET;
      return isWaiting ? END : MAYBE;
    case CARET:
      // Whatever was thrown, as it prints itself.
      return HEADER;
    case PYTHON:
      return followPython(text);
    case PYTHON_STACK:
      return followPythonStack(text);
    case PYTHON_SYNTAX:
      return SYNTAX_ERROR.test(text) ? PYTHON_CLOSED : END;
    case PYTHON_CLOSED:
      return PYTHON_LINKS.test(text) ? PYTHON_LINK : MAYBE;
    case PYTHON_LINK:
      return text.startsWith('Traceback (') ? PYTHON : END;
    case GO:
      return GO_MORE.test(text) ? GO_STACK : GO_SIGNAL.test(text) ? GO : MAYBE;
    case GO_STACK:
      if (GO_MORE.test(text)) return GO_STACK;
      return !isWaiting && GO_CALL.test(text) ? GO_STACK : END;
    case RUST:
      return RUST_MESSAGE;
    case RUST_MESSAGE:
      return RUST_NOTE.test(text) ? RUST_STACK : MAYBE;
    case RUST_STACK:
      return RUST_NOTE.test(text) ? RUST_STACK : END;
    case PHP:
      return followPhp(text);
    case BRACKET:
      if (isWaiting || !CLOSING.test(text)) return END;
      return OPENING.test(text) ? BRACKET : DONE;
    case WARNING:
      return text.startsWith('(Use `node ') ? DONE : END;
    default:
      return END;
  }
};

const ESCAPE = String.fromCharCode(0x1b);

// ---- Java, Node, .NET, Ruby, PHP's exceptions

const CAUSE = /^(?:Caused by|Suppressed|Wrapped by|Location|[Ss]tack backtrace):/;
const PHP_STACK = /^(?:Stack trace:|\[stacktrace\]|#\d+ )/;
/** Perhaps behind colours: `jq -C` and `ls` write them everywhere. */
const CLOSING = new RegExp(`^(?:${ESCAPE}\\[[\\d;]*m)*[}\\])]`);
const OPENING = /[{[(]$/;

const followHeader = (text: string, isWaiting: boolean): number => {
  if (CAUSE.test(text)) return HEADER;
  if (PHP_STACK.test(text)) return PHP;
  if (isWaiting && text.startsWith('Node.js v')) return DONE;
  if (!isWaiting && CLOSING.test(text)) return FRAMES;
  return MAYBE;
};

const followFrames = (text: string, isWaiting: boolean): number => {
  if (CAUSE.test(text)) return HEADER;
  if (isWaiting) return text.startsWith('Node.js v') ? DONE : END;
  if (text.startsWith('--- End of ')) return FRAMES;
  return CLOSING.test(text) ? FRAMES : END;
};

const followPhp = (text: string): number => {
  if (PHP_STACK.test(text)) return PHP;
  if (text.startsWith('Next ')) return HEADER;
  return text.startsWith('"}') ? DONE : END;
};

const AT = Buffer.from('at ');
const FROM = Buffer.from('from ');
const MORE = Buffer.from('... ');

/** `at …` (Java, Node, .NET), `from …` (Ruby), `... 12 more` behind blanks. */
export const isFrame = (bytes: Buffer, start: number, end: number): boolean => {
  const word = afterBlanks(bytes, start, end);
  return begins(bytes, word, end, AT) || begins(bytes, word, end, MORE) || begins(bytes, word, end, FROM);
};

const CARET_BYTE = 0x5e;

const isCarets = (bytes: Buffer, start: number, end: number): boolean => {
  const first = afterBlanks(bytes, start, end);
  return bytes[first] === CARET_BYTE;
};

// ---- Python

/** `pkg.mod.SomeError: why`, `KeyboardInterrupt`; Ruby 2.5 to 2.7 close so too: `a.rb:1:in `f': why (SomeError)`. */
const PYTHON_CLOSING = /^(?:[A-Za-z_][\w.]*(?::|$)|\S+:\d+:in [`'])/;
const SYNTAX_ERROR = /^(?:Syntax|Indentation|Tab)Error:/;
const PYTHON_LINKS =
  /^(?:During handling of the above exception, |The above exception was the direct cause )/;
const PYTHON_THREAD = /^(?:Current thread|Thread) 0x/;

/** A group of exceptions draws its tree with `|` and `+`. */
const isGroup = (bytes: Buffer, start: number, end: number): boolean => {
  const first = bytes[afterBlanks(bytes, start, end)];
  return first === PIPE || first === PLUS;
};

const PIPE = 0x7c;
const PLUS = 0x2b;

const followPythonStack = (text: string): number => {
  if (text.startsWith('Traceback (')) return PYTHON;
  if (PYTHON_LINKS.test(text)) return PYTHON_LINK;
  return PYTHON_THREAD.test(text) ? PYTHON_STACK : MAYBE;
};

const followPython = (text: string): number => {
  if (text.startsWith('Traceback (')) return PYTHON;
  return PYTHON_CLOSING.test(text) ? PYTHON_CLOSED : END;
};

// ---- Go

/** What goes on a dump at the start of a line, also behind a blank one. */
const GO_MORE =
  /^(?:goroutine \d+ |runtime stack:|created by |\.\.\.additional frames|\[originating from |[a-z]\w{1,5} +0x[\da-f]+$)/;
const GO_SIGNAL = /^(?:\[signal |fatal error: |runtime: |PC=0x)/;
const GO_CALL = /^[^\s(]+\(.*\)$/;

// ---- Rust

const RUST_NOTE = /^(?:stack backtrace:|note: (?:run with|Some details))/;
