import type { Config } from './config.ts';
import type { Flags } from './flags.ts';
import { configWithoutFile, makeConfig } from './make-config.ts';
import type { Surroundings } from './surroundings.ts';
import { readYamlFile } from './yaml-file.ts';

/** A configuration file that was read already. */
export interface ConfigText {
  /** How errors call it: the path as the user gave it. */
  readonly name: string;
  readonly text: string;
}

/**
 * Makes the configuration out of a file (or none), flags and surroundings. The same three give the same Config, so a
 * reload is just another call.
 *
 * @throws ConfigError with everything that is wrong, each with its place; never anything else
 */
export const loadConfig = (
  file: ConfigText | undefined,
  flags: Flags,
  surroundings: Surroundings,
): Config => {
  if (file === undefined) return configWithoutFile(flags, surroundings);
  const yaml = readYamlFile(file.text, file.name, surroundings.variables);
  return makeConfig(yaml, file.name, flags, surroundings);
};
