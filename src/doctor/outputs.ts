import { dirname } from 'node:path';
import type { FileOutputConfig, OutputConfig } from '../config/config.ts';
import { assertNever, errnoOf } from '../core/errors.ts';
import { approximateSize } from '../core/units.ts';
import { type Check, type Finding, fail, ok, type Patient, warn } from './finding.ts';
import { existingParent, writeErrorIn } from './writable.ts';

const LITTLE_BYTES = 256 * 1024 * 1024;

/** Whether each destination can be reached now. */
export const checkOutputs: Check = async (patient) => {
  const findings = await Promise.all(patient.config.outputs.map((output) => checkOutput(patient, output)));
  return findings.flat();
};

const checkOutput = (patient: Patient, output: OutputConfig): Promise<readonly Finding[]> => {
  switch (output.type) {
    case 'stdout':
      return Promise.resolve([ok(`output ${output.name}`, 'goes to standard output')]);
    case 'file':
      return checkFile(patient, output);
    default:
      return assertNever(output);
  }
};

const checkFile = async (patient: Patient, { name, path }: FileOutputConfig): Promise<readonly Finding[]> => {
  const subject = `output ${name}`;
  const { files, machine } = patient;
  const refused = (what: string, error: string): readonly Finding[] => [
    fail(
      subject,
      `${what} cannot be written to (${error})`,
      error === 'ENOSPC'
        ? 'free some space there; until then the output takes nothing, and its logs wait'
        : 'let birler write there, or name another path',
    ),
  ];
  try {
    const status = files.statusOf(path);
    if (status?.kind === 'directory') return [fail(subject, `${path} is a directory`, 'name a file in it')];
    const parent = existingParent(files, dirname(path));
    // The file itself is opened as the agent would open it, and not touched.
    const error =
      status === undefined ? await writeErrorIn(files, parent, patient.pid) : await openError(patient, path);
    if (error !== '') return refused(status === undefined ? parent : path, error);
    const system = await machine.fileSystemOf(parent);
    const free =
      system === undefined ? '' : `, ${approximateSize(system.freeBytes)} are free (${system.kind})`;
    if (system !== undefined && status?.kind !== 'other' && system.freeBytes < LITTLE_BYTES)
      return [
        warn(
          subject,
          `${path} can be written to${free}`,
          'make room, or rotate the file (logrotate, then SIGHUP)',
        ),
      ];
    return [ok(subject, `${path} ${status === undefined ? 'can be made' : 'can be written to'}${free}`)];
  } catch (error) {
    return refused(path, errnoOf(error) || 'failed');
  }
};

const openError = async ({ files }: Patient, path: string): Promise<string> => {
  try {
    await (await files.openForWriting(path, 0o600)).close();
    return '';
  } catch (error) {
    return errnoOf(error) || 'failed';
  }
};
