import { dirname, join } from 'node:path';
import { errnoOf } from '../core/errors.ts';
import type { Files } from '../system/system.ts';

/** The nearest directory of a path that is there: what is missing below it would be made. */
export const existingParent = (files: Files, path: string): string => {
  try {
    if (files.statusOf(path) !== undefined || dirname(path) === path) return path;
  } catch {
    return path;
  }
  return existingParent(files, dirname(path));
};

/**
 * Whether a file can be written, synced and removed in a directory.
 *
 * @returns the error's name; '' if it can
 */
export const writeErrorIn = async (files: Files, directory: string, pid: number): Promise<string> => {
  const path = join(directory, `.birler-doctor-${pid}`);
  try {
    const file = await files.openForWriting(path, 0o600);
    try {
      await file.write(Buffer.from('x'), 0, 1, 0);
      await file.sync();
    } finally {
      await file.close();
      await files.remove(path);
    }
    return '';
  } catch (error) {
    return errnoOf(error) || 'failed';
  }
};
