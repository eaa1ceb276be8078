/** A Markdown table with its columns aligned: it reads well on a terminal too. Columns behind the first `text` ones are numbers. */
export const markdownTable = (
  head: readonly string[],
  rows: readonly (readonly string[])[],
  text = 1,
): string => {
  const widths = head.map((cell, column) =>
    Math.max(3, cell.length, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, column) => pad(cells[column] ?? '', width, column < text)).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column < text ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(head), line(rule), ...rows.map(line)].join('\n');
};

const pad = (cell: string, width: number, isText: boolean): string =>
  isText ? cell.padEnd(width) : cell.padStart(width);
