/**
 * A glob for keys and values that are no paths: `*` stands for any characters, slashes and none at all too, `?` for one.
 * Nothing else is special. Takes time by the product of both lengths at most: an annotation may have 256 KiB, and anybody
 * who may make a pod can write one.
 */
export const textGlob = (glob: string): ((text: string) => boolean) => {
  if (!/[*?]/.test(glob)) return (text) => text === glob;
  if (/^\*+$/.test(glob)) return () => true;
  return (text) => matches(glob, text);
};

/** Goes on behind the last star with the next character whenever what comes after it does not fit: no other way is needed. */
const matches = (glob: string, text: string): boolean => {
  let globAt = 0;
  let textAt = 0;
  let starAt = -1;
  let retryAt = 0;
  while (textAt < text.length) {
    const wanted = glob.charAt(globAt);
    if (wanted === '*') {
      starAt = globAt++;
      retryAt = textAt;
    } else if (wanted !== '' && (wanted === '?' || wanted === text.charAt(textAt))) {
      globAt++;
      textAt++;
    } else if (starAt >= 0) {
      globAt = starAt + 1;
      textAt = ++retryAt;
    } else return false;
  }
  while (glob.charAt(globAt) === '*') globAt++;
  return globAt === glob.length;
};
