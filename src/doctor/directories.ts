import { errnoOf } from '../core/errors.ts';
import type { Files } from '../system/system.ts';
import { type Check, type Finding, fail, ok, type Patient, warn } from './finding.ts';
import { type LogFiles, logFilesIn } from './log-files.ts';

const LOGS = 'logs directory';
const PODS = 'pods directory';
const FILES = 'log files';
const LINKS = 'links';

/** Below a pods directory: pods and containers. Links from /var/log/containers lead there. */
const PODS_DEPTH = 2;
const DEFAULT_LOGS = '/var/log/containers';
const DEFAULT_PODS = '/var/log/pods';
/** So many examples are named. */
const EXAMPLES = 3;

const RIGHTS =
  'run birler as root, or with the capability DAC_READ_SEARCH, or in the group that owns the files (docs/operating.md)';

/** Where the real files are expected: what the configuration says, else the kubelet's place. */
export const podsDirectoryOf = ({ config, files }: Pick<Patient, 'config' | 'files'>): string | undefined => {
  const { logsDirectory, podsDirectory } = config.sources;
  if (podsDirectory !== null) return podsDirectory;
  return logsDirectory === DEFAULT_LOGS && isThere(files, DEFAULT_PODS) ? DEFAULT_PODS : undefined;
};

/** The directories are there and may be read, the links lead somewhere, and the files can be opened. */
export const checkDirectories: Check = async (patient) => {
  const { files, machine, config } = patient;
  const { logsDirectory } = config.sources;
  const podsDirectory = podsDirectoryOf(patient);
  const findings: Finding[] = [...checkDirectory(files, LOGS, logsDirectory, 'sources.logs, --logs')];
  if (podsDirectory !== undefined)
    findings.push(...checkDirectory(files, PODS, podsDirectory, 'sources.pods, --pods'));
  const logs = logFilesIn(files, logsDirectory, 0);
  const pods = podsDirectory === undefined ? undefined : logFilesIn(files, podsDirectory, PODS_DEPTH);
  findings.push(...checkLinks(files, logs.links));
  findings.push(...checkFiles(files, logs, pods));
  for (const [subject, directory] of [
    [LOGS, logsDirectory],
    [PODS, podsDirectory],
  ] as const) {
    const system = directory === undefined ? undefined : await machine.fileSystemOf(directory);
    if (system?.nature === 'network')
      findings.push(
        warn(
          subject,
          `${directory} lies on ${system.kind}`,
          'on a network file system other machines may write unseen, and reads may hang; read logs on the node where they are written',
        ),
      );
  }
  return findings;
};

const isThere = (files: Files, path: string): boolean => {
  try {
    return files.statusOf(path) !== undefined;
  } catch {
    return true; // It may be there; to look into it is what fails.
  }
};

const checkDirectory = (
  files: Files,
  subject: string,
  directory: string,
  option: string,
): readonly Finding[] => {
  try {
    const status = files.statusOf(directory);
    if (status === undefined)
      return [
        fail(
          subject,
          `${directory} does not exist`,
          `in a container, mount the node's directory there; elsewhere, name another one (${option})`,
        ),
      ];
    if (status.kind !== 'directory')
      return [fail(subject, `${directory} is no directory`, `name the directory (${option})`)];
    files.list(directory);
    return [ok(subject, `${directory} can be read`)];
  } catch (error) {
    return [fail(subject, `${directory} cannot be read (${errnoOf(error)})`, RIGHTS)];
  }
};

/** A link that leads nowhere: the directory of the real files is not mounted, or the container has just gone. */
const checkLinks = (files: Files, links: readonly string[]): readonly Finding[] => {
  if (links.length === 0) return [];
  const dangling = links.filter((link) => !leadsSomewhere(files, link));
  if (dangling.length === 0) return [ok(LINKS, `all ${links.length} lead to a file`)];
  const message = `${dangling.length} of ${links.length} lead nowhere, for example ${examples(dangling)}`;
  const advice =
    'mount what they lead to at the same path: /var/log/pods, and /var/lib/docker/containers for Docker';
  return [dangling.length === links.length ? fail(LINKS, message, advice) : warn(LINKS, message, advice)];
};

const leadsSomewhere = (files: Files, link: string): boolean => {
  try {
    return files.statusOf(link) !== undefined;
  } catch {
    return false;
  }
};

const checkFiles = (files: Files, logs: LogFiles, pods: LogFiles | undefined): readonly Finding[] => {
  const unreadable = [...logs.unreadable, ...(pods?.unreadable ?? [])];
  const all = [...logs.files, ...logs.links, ...(pods?.files ?? [])];
  const closed = all.filter((path) => errorOf(files, path) === 'EACCES' || errorOf(files, path) === 'EPERM');
  const findings: Finding[] = [];
  if (unreadable.length > 0)
    findings.push(
      fail(
        FILES,
        `${unreadable.length} directories cannot be read (${unreadable[0]?.[1] ?? ''}), for example ${examples(unreadable.map(([path]) => path))}`,
        RIGHTS,
      ),
    );
  if (closed.length > 0)
    findings.push(
      fail(
        FILES,
        `${closed.length} of ${all.length} may not be opened, for example ${examples(closed)}`,
        RIGHTS,
      ),
    );
  if (findings.length > 0) return findings;
  if (logs.directories === 0) return [];
  if (all.length > 0) return [ok(FILES, `all ${all.length} can be opened`)];
  return [
    warn(
      FILES,
      'there are none',
      'that is right where no container runs; else see whether the right directories are mounted',
    ),
  ];
};

/** Why a file cannot be opened; '' if it can. One that has gone meanwhile is nobody's mistake. */
const errorOf = (files: Files, path: string): string => {
  try {
    files.close(files.open(path));
    return '';
  } catch (error) {
    return errnoOf(error);
  }
};

const examples = (paths: readonly string[]): string => paths.slice(0, EXAMPLES).join(', ');
