import { copyFileSync, existsSync, renameSync, truncateSync } from 'node:fs';

/**
 * What logrotate's `copytruncate` does, within a fraction of the time that starting logrotate takes: `.1 -> .2`…, copy, cut.
 *
 * @param betweenCopyAndCut what a writer does that nobody can stop
 */
export const copyTruncate = (path: string, betweenCopyAndCut: () => void = () => undefined): void => {
  let count = 0;
  while (existsSync(`${path}.${count + 1}`)) count++;
  for (let number = count; number > 0; number--) renameSync(`${path}.${number}`, `${path}.${number + 1}`);
  copyFileSync(path, `${path}.1`);
  betweenCopyAndCut();
  truncateSync(path);
};
