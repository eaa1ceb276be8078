import { readCheckpoint } from '../checkpoint/store.ts';
import { errnoOf } from '../core/errors.ts';
import { approximateSize } from '../core/units.ts';
import { type Check, type Finding, fail, ok, type Patient, warn } from './finding.ts';
import { existingParent, writeErrorIn } from './writable.ts';

const STATE = 'state directory';
/** A checkpoint of a full node has a few MiB, and is written beside the old one. */
const LITTLE_BYTES = 64 * 1024 * 1024;
const FEW_INODES = 100;
const OPTION = 'state.directory, --state';

/** Where positions are kept: what is lost there is read again, or not at all. */
export const checkState: Check = async (patient) => {
  const { files, config } = patient;
  const { directory } = config.state;
  const parent = existingParent(files, directory);
  const error = await writeErrorIn(files, parent, patient.pid);
  if (error === 'ENOTDIR') return [fail(STATE, `${parent} is no directory`, `name another one (${OPTION})`)];
  if (error !== '')
    return [
      fail(
        STATE,
        `${parent} cannot be written to (${error})`,
        error === 'ENOSPC'
          ? 'free some space there; until then positions are not saved, and after a crash records come again'
          : `let birler write there, or name another directory (${OPTION}); without it, every start reads all logs again`,
      ),
    ];
  const isThere = parent === directory;
  const place = isThere ? `${directory} can be written to` : `${directory} will be made in ${parent}`;
  return [
    ok(STATE, place),
    ...(await checkFileSystem(patient, parent)),
    ...(isThere ? await checkHolder(patient) : []),
  ];
};

const checkFileSystem = async ({ machine }: Patient, directory: string): Promise<readonly Finding[]> => {
  const system = await machine.fileSystemOf(directory);
  if (system === undefined) return [];
  const { kind, nature, freeBytes, freeInodes } = system;
  const findings: Finding[] = [];
  const advice = 'mount a directory of the node there (hostPath /var/lib/birler)';
  if (nature === 'memory')
    findings.push(
      warn(STATE, `it lies in memory (${kind}): positions are gone after a restart of the node`, advice),
    );
  if (nature === 'layer')
    findings.push(warn(STATE, `it lies in the container (${kind}): positions are gone with it`, advice));
  if (nature === 'network')
    findings.push(
      warn(
        STATE,
        `it lies on the network (${kind}): locks may not hold, and a server that hangs holds up checkpoints`,
        advice,
      ),
    );
  if (freeBytes < LITTLE_BYTES)
    findings.push(
      warn(STATE, `only ${approximateSize(freeBytes)} are free (${kind})`, 'free some space there'),
    );
  // Some file systems make inodes as they are needed, and say 0.
  if (freeInodes > 0 && freeInodes < FEW_INODES)
    findings.push(warn(STATE, `only ${freeInodes} inodes are free (${kind})`, 'remove files there'));
  return findings.length > 0 ? findings : [ok(STATE, `${approximateSize(freeBytes)} are free (${kind})`)];
};

const checkHolder = async ({ files, config }: Patient): Promise<readonly Finding[]> => {
  const { directory } = config.state;
  try {
    const lock = files.lock(directory);
    lock?.release();
    if (lock !== undefined) return [ok(STATE, 'no agent is using it')];
    const { agent } = await readCheckpoint(files, directory);
    const who = agent === undefined ? '' : ` (pid ${agent.pid} on ${agent.host}, since ${agent.startedAt})`;
    return [ok(STATE, `an agent is using it${who}; another one would be refused`)];
  } catch (error) {
    return [
      fail(
        STATE,
        `it cannot be locked (${errnoOf(error) || 'failed'})`,
        `use a file system with locks (${OPTION}); two agents on one directory would undo each other's positions`,
      ),
    ];
  }
};
