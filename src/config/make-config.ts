import type { Config } from './config.ts';
import { checkOutputs, checkTogether } from './cross-checks.ts';
import { type Explanation, explainIssue } from './explain.ts';
import { type Flags, overlayFlags } from './flags.ts';
import { ConfigError, type Path, type Problem, pathText } from './problems.ts';
import { resolveConfig } from './resolve.ts';
import { fileSchema } from './schema.ts';
import type { Surroundings } from './surroundings.ts';
import type { YamlFile } from './yaml-file.ts';

const NO_FILE: YamlFile = { value: undefined, places: new Map(), problems: [] };

/**
 * explainIssue finds the words for all that zod finds itself. zod's own would look at the constructor of what stands there, and
 * throw where a file has an option of that name.
 */
const ownWords = (): string => 'is not possible here';

/** The configuration of flags and surroundings alone. @throws ConfigError as `makeConfig` */
export const configWithoutFile = (flags: Flags, surroundings: Surroundings): Config =>
  makeConfig(NO_FILE, '', flags, surroundings);

/**
 * Makes the configuration out of what a file says, flags and surroundings.
 *
 * @param fileName how errors call the file
 * @throws ConfigError with everything that is wrong, each with its place; never anything else
 */
export const makeConfig = (
  yaml: YamlFile,
  fileName: string,
  flags: Flags,
  surroundings: Surroundings,
): Config => {
  // Without any values (the YAML is broken) every other complaint would be a consequence.
  if (yaml.places.size === 0 && yaml.problems.length > 0) throw new ConfigError(yaml.problems);

  const overlaid = overlayFlags(yaml.value ?? {}, flags);
  // jitless: the functions that zod makes to parse quickly pay only where much is parsed.
  const parsed = fileSchema.safeParse(overlaid.value, { error: ownWords, jitless: true });
  const explanations: Explanation[] = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => explainIssue(fileSchema, overlaid.value, issue));
  explanations.push(...checkOutputs(overlaid.value, surroundings));

  const locate = problemAt(fileName, yaml, overlaid.flags);
  // An unset variable leaves a hole in a value: what the schema says of it then is no news.
  const known = new Set(yaml.problems.map((problem) => problem.option));
  const problems = [
    ...yaml.problems,
    ...overlaid.problems,
    ...explanations.filter(({ path }) => !known.has(pathText(path))).map(locate),
  ];
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems);
  const config = resolveConfig(parsed.data, surroundings);
  const together = checkTogether(config);
  if (together.length > 0) throw new ConfigError(together.map(locate));
  return config;
};

/** Finds the line, or the flag, that is to blame: that of the option, or else of the section that it is missing from. */
const problemAt =
  (fileName: string, yaml: YamlFile, flags: ReadonlyMap<string, string>) =>
  ({ path, about, message }: Explanation): Problem => {
    for (let known: Path = path; ; known = known.slice(0, -1)) {
      const flag = flags.get(pathText(known));
      // What a flag set is the flag's value itself, or (of --output) a part of it that needs its name to be understood.
      if (flag !== undefined) return { source: flag, position: undefined, option: '', message };
      const place = yaml.places.get(pathText(known));
      if (place !== undefined) {
        const position = known === path ? place[about] : place.value;
        return { source: fileName, position, option: pathText(path), message };
      }
      if (known.length === 0) {
        return { source: fileName, position: undefined, option: pathText(path), message };
      }
    }
  };
