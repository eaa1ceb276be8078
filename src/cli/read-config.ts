import { type Config, MOST_CONFIG_CHARACTERS } from '../config/config.ts';
import type { ConfigText } from '../config/load.ts';
import { BirlerError, errnoOf, messageOf } from '../core/errors.ts';
import { quoted } from '../core/units.ts';
import type { ReadableFiles } from './world.ts';

/** Reads a configuration file. Throws a usage error that says why it cannot be read. */
export const readConfigText = async (path: string, files: ReadableFiles): Promise<ConfigText> => {
  const content = await readContent(path, files);
  if (content === undefined) throw new BirlerError('usage', `--config: ${quoted(path)} does not exist`);
  try {
    return { name: path, text: new TextDecoder('utf-8', { fatal: true }).decode(content) };
  } catch (error) {
    throw new BirlerError('usage', `--config: ${quoted(path)} is not UTF-8 text; is it the right file?`, {
      cause: error,
    });
  }
};

const readContent = async (path: string, files: ReadableFiles): Promise<Uint8Array | undefined> => {
  try {
    const status = files.statusOf(path);
    if (status === undefined) return undefined;
    if (status.kind === 'directory')
      throw new BirlerError('usage', `--config: ${quoted(path)} is a directory; name the file in it`);
    if (status.size > MOST_CONFIG_CHARACTERS)
      throw new BirlerError(
        'usage',
        `--config: ${quoted(path)} is too large for a configuration; is it the right file?`,
      );
    return await files.readWhole(path);
  } catch (error) {
    if (error instanceof BirlerError) throw error;
    throw new BirlerError('usage', `--config: cannot read ${quoted(path)}: ${reason(error)}`, {
      cause: error,
    });
  }
};

/**
 * Refuses directories that are there and cannot be read, before anything is begun. One that is missing is no mistake: on a
 * young node the kubelet makes it later, and the agent waits for it.
 */
export const checkDirectories = ({ sources, state }: Config, files: ReadableFiles): void => {
  checkDirectory('logs', sources.logsDirectory, files);
  if (sources.podsDirectory !== null) checkDirectory('pods', sources.podsDirectory, files);
  checkDirectory('state', state.directory, files);
};

const checkDirectory = (what: 'logs' | 'pods' | 'state', path: string, files: ReadableFiles): void => {
  let kind: string | undefined;
  try {
    kind = files.statusOf(path)?.kind;
    if (kind === 'directory') files.list(path);
  } catch (error) {
    const who = 'run birler as a user who may, or name another directory';
    throw new BirlerError(
      'usage',
      `${what}: cannot read the directory ${quoted(path)}: ${reason(error)}; ${who}`,
      { cause: error },
    );
  }
  if (kind !== undefined && kind !== 'directory') {
    throw new BirlerError('usage', `${what}: ${quoted(path)} is a file; a directory is needed`);
  }
};

const REASONS: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', 'it is a directory'],
  ['EIO', 'the disk failed to read it'],
]);

const reason = (error: unknown): string => {
  const code = errnoOf(error);
  const words = REASONS.get(code);
  return words === undefined ? messageOf(error).replaceAll(/\s+/g, ' ') : `${words} (${code})`;
};
