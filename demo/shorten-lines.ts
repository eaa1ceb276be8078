const LONGEST = 1_000;
const SHOWN = 140;
const RESET = '\u001b[0m';

/**
 * Cuts lines that would fill the whole screen, as `less -S` would: the demo's longest line has 11,000 characters. What
 * arrived in the file is compared in full.
 */
export function shortenLines(
  isColored: boolean,
): (chunks: AsyncIterable<string>) => AsyncGenerator<string, void> {
  return async function* (chunks) {
    let rest = '';
    for await (const chunk of chunks) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (lines.length > 0) yield lines.map((line) => `${shorten(line, isColored)}\n`).join('');
    }
    if (rest !== '') yield rest;
  };
}

function shorten(line: string, isColored: boolean): string {
  if (line.length <= LONGEST) return line;
  const mark = `… (one line of ${line.length.toLocaleString('en')} characters)`;
  return `${line.slice(0, SHOWN)}${isColored ? RESET : ''}${mark}`;
}
