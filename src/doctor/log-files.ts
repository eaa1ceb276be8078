import { join } from 'node:path';
import { errnoOf } from '../core/errors.ts';
import { parseLogName } from '../discover/log-name.ts';
import type { DirectoryEntry, Files } from '../system/system.ts';

/** A node has a few hundred logs; beyond this the rest would tell nothing new. */
const MOST_ENTRIES = 20_000;

/** What lies in the directories: a pods directory has pods, containers and files; a logs directory links or files. */
export interface LogFiles {
  readonly files: readonly string[];
  readonly links: readonly string[];
  /** How many directories were read. */
  readonly directories: number;
  /** Directories that could not be read, and the error's name. */
  readonly unreadable: readonly (readonly [path: string, errno: string])[];
}

/** @param depth how far below the directory logs lie */
export const logFilesIn = (files: Files, directory: string, depth: number): LogFiles => {
  const found = { files: [] as string[], links: [] as string[], directories: 0 };
  const unreadable: [string, string][] = [];
  let entries = 0;
  const walk = (at: string, left: number): void => {
    let list: readonly DirectoryEntry[] | undefined;
    try {
      list = files.list(at);
    } catch (error) {
      unreadable.push([at, errnoOf(error)]);
    }
    if (list === undefined) return;
    found.directories++;
    for (const { name, kind } of list) {
      if (++entries > MOST_ENTRIES) return;
      const path = join(at, name);
      if (kind === 'directory' && left > 0) walk(path, left - 1);
      else if (kind === 'link') found.links.push(path);
      else if (kind === 'file' && parseLogName(name) !== undefined) found.files.push(path);
    }
  };
  walk(directory, depth);
  return { ...found, unreadable };
};
