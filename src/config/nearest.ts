/** No name is longer; comparing costs the product of both lengths. */
const LONGEST = 40;

/** The one of `names` that a slip of the fingers away from `wrong` lies, or undefined if none is near. */
export const nearest = (wrong: string, names: readonly string[]): string | undefined => {
  if (wrong.length > LONGEST) return undefined;
  let best: string | undefined;
  // A third of the letters may be wrong, and always two: `fromat` is two letters from `format` on a plain count.
  let bestDistance = Math.max(2, Math.floor(wrong.length / 3)) + 1;
  for (const name of names) {
    const distance = distanceBetween(wrong.toLowerCase(), name.toLowerCase());
    // Three wrong letters of three are not a slip.
    if (distance < bestDistance && distance < Math.max(name.length, wrong.length) - 1) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
};

export const didYouMean = (wrong: string, names: readonly string[]): string => {
  const name = nearest(wrong, names);
  return name === undefined ? '' : `; did you mean ${JSON.stringify(name)}?`;
};

/** A word that was cut short or lengthened (`warning` for `warn`) is near, however many letters that is. */
const distanceBetween = (a: string, b: string): number => {
  const [short, long] = a.length < b.length ? [a, b] : [b, a];
  return short.length >= 3 && long.startsWith(short) ? 1 : editDistance(a, b);
};

/** Letters to insert, delete or replace, and neighbours to swap (optimal string alignment). */
const editDistance = (a: string, b: string): number => {
  const width = b.length + 1;
  const cost = new Int32Array((a.length + 1) * width);
  const at = (row: number, column: number): number => cost[row * width + column] ?? 0;
  for (let row = 0; row <= a.length; row++) {
    for (let column = 0; column <= b.length; column++) {
      if (row === 0 || column === 0) {
        cost[row * width + column] = row + column;
        continue;
      }
      const same = a[row - 1] === b[column - 1] ? 0 : 1;
      let least = Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, at(row - 1, column - 1) + same);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) least = Math.min(least, at(row - 2, column - 2) + 1);
      cost[row * width + column] = least;
    }
  }
  return at(a.length, b.length);
};
