/**
 * The index of the first byte at or after `at` that is no NUL. A line always ends with a newline, so the scan ends too.
 * Truncating a file that its writer does not write in append mode leaves a hole of NULs where the old bytes were.
 */
export const skipNuls = (view: DataView, at: number): number => {
  let index = at;
  while (view.getUint8(index) === 0) index++;
  return index;
};
