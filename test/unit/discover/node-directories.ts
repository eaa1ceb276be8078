import type { StreamSighting } from '../../../src/core/sighting.ts';
import { type Sightings, Survey, type SurveySettings } from '../../../src/discover/survey.ts';
import { FakeWorld } from '../../support/fake-system.ts';

export const LOGS = '/var/log/containers';
export const PODS = '/var/log/pods';
export const ID = '0123456789abcdef'.repeat(4);
export const POD = `${PODS}/shop_web-0_u1`;

/** The directories of a node, and a survey of them. */
export class NodeDirectories {
  /** Calls the survey made of the file system. */
  readonly calls: string[] = [];
  readonly unreadable: string[] = [];
  /** Paths of which nothing can be asked, with the error code. */
  readonly shut = new Map<string, string>();
  /** Directories that cannot be opened, though their times can be asked: no descriptor is left. */
  readonly unlisted = new Set<string>();
  readonly world: FakeWorld;
  readonly survey: Survey;

  constructor(settings: Partial<SurveySettings> = {}, directoryTimes = true) {
    this.world = new FakeWorld({
      directoryTimes,
      faults: {
        before: (call, path) => this.calls.push(`${call} ${path}`),
        fail: (call, path) => (call === 'list' && this.unlisted.has(path) ? 'EMFILE' : this.shut.get(path)),
      },
    });
    for (const directory of [LOGS, PODS]) this.world.disk.makeDirectory(directory);
    this.survey = new Survey(this.world.start().system.files, {
      logsDirectory: LOGS,
      podsDirectories: [PODS],
      host: 'node-1',
      selects: () => true,
      selectsFile: (name) => name.endsWith('.log'),
      onUnreadable: (directory) => this.unreadable.push(directory),
      ...settings,
    });
  }

  /** Creates files, with the directories they lie in. */
  put(...paths: readonly string[]): void {
    for (const path of paths) {
      this.world.disk.makeDirectory(path.slice(0, path.lastIndexOf('/')));
      this.world.disk.create(path);
    }
  }

  link(target: string, path: string): void {
    this.world.disk.makeDirectory(path.slice(0, path.lastIndexOf('/')));
    this.world.disk.symlink(target, path);
  }

  /** Long enough that a change now cannot have the time stamp of one before. */
  async pass(ms = 1000): Promise<void> {
    await this.world.clock.advance(ms);
  }

  sweep(): readonly string[] {
    return told(this.survey.sweep(this.world.clock.wall));
  }

  follow(...paths: readonly string[]): readonly string[] {
    return told(this.survey.follow(paths, this.world.clock.wall));
  }

  /** Whole sightings, for what `sweep` leaves out. */
  sightings(): readonly StreamSighting[] {
    return [...this.survey.sweep(this.world.clock.wall)].flat();
  }

  /** Directories that were read since this was last asked. */
  read(): readonly string[] {
    const read = this.calls
      .filter((call) => call.startsWith('list '))
      .map((call) => call.slice('list '.length));
    this.calls.length = 0;
    return read;
  }
}

/** `<key>: <file> <file>`, the files without their directory, by name. */
const told = (sightings: Sightings): readonly string[] =>
  [...sightings].flat().map(({ key, files, directory }) => {
    const names = files.map(({ path }) => path.slice(directory.length + 1)).toSorted();
    return `${key}: ${names.join(' ') || 'gone'}`;
  });
