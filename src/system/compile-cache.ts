import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

/**
 * Lets Node take what V8 made of the program's parts from the directory that scripts/build.ts lays beside them: an eighth of the
 * start. Without it (a checkout, another version of Node, another user) they are compiled as ever.
 *
 * @param directory of the program
 */
export const useCompileCache = (directory: string): void => {
  const cache = join(directory, 'birler-cache');
  if (existsSync(cache)) enableCompileCache({ directory: cache, portable: true });
};
