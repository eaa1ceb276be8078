import { podsDirectoryOf } from './directories.ts';
import { type Check, type Finding, fail, ok, type Patient, warn } from './finding.ts';
import { logFilesIn } from './log-files.ts';

const INOTIFY = 'inotify';
const DESCRIPTORS = 'file descriptors';

const WATCHES = '/proc/sys/fs/inotify/max_user_watches';
const INSTANCES = '/proc/sys/fs/inotify/max_user_instances';
/** birler needs one for each idle directory, of which it watches 8,192 at most, and a handful more. */
const FEW_INSTANCES = 64;
/** Beside the logs: outputs, state, sockets, the program itself. */
const OTHER_DESCRIPTORS = 128;
const PODS_DEPTH = 2;

/** How much may be watched and opened, against how much there is. */
export const checkLimits: Check = async (patient) => [
  ...(await checkInotify(patient)),
  ...checkDescriptors(patient),
];

const checkInotify = async (patient: Patient): Promise<readonly Finding[]> => {
  if (patient.config.sources.watch === 'off')
    return [ok(INOTIFY, 'not used (sources.watch: off): rescans find everything')];
  const [watches, instances] = await Promise.all([numberIn(patient, WATCHES), numberIn(patient, INSTANCES)]);
  if (watches === undefined || instances === undefined)
    return [ok(INOTIFY, 'the system does not tell its limits')];
  const pods = podsDirectoryOf(patient) ?? patient.config.sources.logsDirectory;
  const { directories } = logFilesIn(patient.files, pods, PODS_DEPTH);
  // Watches are counted for all programs of a user, so half of what is there is what can be counted on.
  if (watches < 2 * directories)
    return [
      warn(
        INOTIFY,
        `${watches} watches for all programs of this user, ${directories} directories with logs`,
        `raise fs.inotify.max_user_watches to ${Math.max(65_536, 4 * directories)} (sysctl); without watches a new log is found by rescans, within sources.rescan_interval`,
      ),
    ];
  if (instances < FEW_INSTANCES)
    return [
      warn(
        INOTIFY,
        `only ${instances} instances for all programs of this user`,
        'raise fs.inotify.max_user_instances to 512 (sysctl); birler needs one, and other programs may have them all',
      ),
    ];
  return [ok(INOTIFY, `${watches} watches for ${directories} directories, ${instances} instances`)];
};

const checkDescriptors = ({ machine, config }: Patient): readonly Finding[] => {
  const { mostDescriptors } = machine.usage();
  if (mostDescriptors === undefined) return [ok(DESCRIPTORS, 'the system does not tell its limit')];
  const wanted = config.limits.openFiles + OTHER_DESCRIPTORS;
  const facts = `${mostDescriptors} may be open; limits.open_files is ${config.limits.openFiles}`;
  if (mostDescriptors >= wanted) return [ok(DESCRIPTORS, facts)];
  const advice = `raise the limit to ${wanted} (ulimit -n, LimitNOFILE), or lower limits.open_files to ${Math.max(16, mostDescriptors - OTHER_DESCRIPTORS)}`;
  return [
    mostDescriptors < OTHER_DESCRIPTORS ? fail(DESCRIPTORS, facts, advice) : warn(DESCRIPTORS, facts, advice),
  ];
};

const numberIn = async ({ files }: Patient, path: string): Promise<number | undefined> => {
  try {
    const text = (await files.readWhole(path))?.toString('latin1').trim() ?? '';
    return /^\d+$/.test(text) ? Number(text) : undefined;
  } catch {
    // Not Linux, or hidden: then nothing is known.
    return undefined;
  }
};
