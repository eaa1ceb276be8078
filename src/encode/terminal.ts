/**
 * What may reach a terminal. A container's output is a stranger's: it must not move the cursor, set the window's title,
 * write to the clipboard, ring, or turn a line around (CVE-2003-0063 and its many descendants). Colours may pass.
 */

/** Select Graphic Rendition with sane parameters: colour, bold, underline. */
const SGR = '\\u001b\\[[0-9;:]{0,48}m';

/**
 * C0 controls but tab, DEL, C1 controls (0x9b alone begins a sequence on some terminals), line and paragraph separators,
 * and the marks and overrides of writing direction (CVE-2021-42574).
 */
const UNSAFE =
  '[\\u0000-\\u0008\\u000a-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069]';

const SGR_OR_UNSAFE = new RegExp(`${SGR}|${UNSAFE}`, 'gu');

export interface Paint {
  readonly dim: (text: string) => string;
  readonly color: (code: number, text: string) => string;
  readonly banner: (code: number, text: string) => string;
}

export const NO_PAINT: Paint = {
  dim: (text) => text,
  color: (_code, text) => text,
  banner: (_code, text) => text,
};

const ESCAPE = '\u001b';
const RESET = '\u001b[0m';
const wrap = (parameters: string, text: string): string =>
  text === '' ? '' : `\u001b[${parameters}m${text}${RESET}`;
export const ANSI_PAINT: Paint = {
  dim: (text) => wrap('2', text),
  color: (code, text) => wrap(`38;5;${code}`, text),
  banner: (code, text) => wrap(`1;7;38;5;${code}`, text),
};

/**
 * One line of text, made safe to print: controls become their pictures (␛, ␍, ␇), others `\u{202e}`. The text's own colours
 * stay if `color` says so, and end with the line; otherwise they are dropped.
 */
export const safeLine = (text: string, color: boolean): string => {
  const safe = text.replace(SGR_OR_UNSAFE, (match) => {
    if (match.length === 1) return visible(match.charCodeAt(0));
    return color ? match : '';
  });
  return safe.includes(ESCAPE) ? safe + RESET : safe;
};

const visible = (code: number): string => {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '\u2421' : `\\u{${code.toString(16)}}`;
};
