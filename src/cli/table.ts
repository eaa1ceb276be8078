/** A cell: its text, and a colour that does not count for its width. */
export interface Cell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** Aligned columns, two blanks apart, nothing behind the last. */
export const table = (
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  paintTitle: (text: string) => string,
): string[] => {
  const cells = [columns.map(({ title }): Cell => ({ text: title, paint: paintTitle })), ...rows];
  const widths = columns.map((_, index) => Math.max(...cells.map((row) => row[index]?.text.length ?? 0)));
  return cells.map((row) =>
    columns
      .map(({ align }, index) => {
        const { text = '', paint = (same: string) => same } = row[index] ?? {};
        const space = ' '.repeat((widths[index] ?? 0) - text.length);
        const isLast = index === columns.length - 1;
        return align === 'right' ? space + paint(text) : paint(text) + (isLast ? '' : space);
      })
      .join('  ')
      .trimEnd(),
  );
};

/** A stranger's text for a terminal: a file's name can hold escape sequences. */
export const plain = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\u{FFFD}');
