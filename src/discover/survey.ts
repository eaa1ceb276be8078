import { basename, dirname, join } from 'node:path';
import { errnoOf } from '../core/errors.ts';
import type { KubernetesOrigin, Origin } from '../core/origin.ts';
import { streamKeyOf } from '../core/origin.ts';
import type { SightedFile, StreamSighting } from '../core/sighting.ts';
import type { DirectoryEntry, Files } from '../system/system.ts';
import { parseContainerPath, parseLinkName, parsePodDirectory } from './kubelet-names.ts';
import { containerHop, type Home, homeAt, Links } from './links.ts';
import { type LogName, parseLogName } from './log-name.ts';
import { Places } from './places.ts';
import { Subdirectories } from './subdirectories.ts';

/**
 * Finds the container streams and their files. Truth is what the directories say when they are read: a survey keeps no
 * opinion of its own beyond what it needs to not read an unchanged directory again.
 *
 *   logs directory   links with kubelet names, other links, plain files
 *   pods directory   <ns>_<pod>_<uid>/<container>/<restart>.log and its rotated generations, or a link on to Docker's
 */
export interface SurveySettings {
  readonly logsDirectory: string;
  /** Pods directories known from the start; those to which links lead are added. */
  readonly podsDirectories: readonly string[];
  readonly host: string;
  /** Which streams to follow. */
  readonly selects: (origin: Origin) => boolean;
  /** Which names of plain files are logs. */
  readonly selectsFile: (name: string) => boolean;
  /** A directory is there, but cannot be read. It is tried again with every walk. */
  readonly onUnreadable: (directory: string, error: unknown) => void;
}

export type Sightings = Generator<readonly StreamSighting[], void, void>;

/** A file system that stamps times by the timer tick cannot show a second change within the same 10 ms. */
const TIME_GRAIN_MS = 50;
/** A walk can be interrupted after so many pods (two looks each), also where nothing has changed. */
const PODS_AT_ONCE = 64;
const NOTHING: readonly StreamSighting[] = [];

const isPod = (name: string): boolean => parsePodDirectory(name) !== undefined;

export class Survey {
  /** Called with a pod's directory just before it is read: what comes into it later must not be missed. */
  beforePod: (directory: string) => void = () => undefined;
  /** A directory could not be read since the last sweep began. */
  wasBlind = false;
  readonly #files: Files;
  readonly #settings: SurveySettings;
  readonly #podsDirectories: Set<string>;
  readonly #links: Links;
  readonly #places = new Places(TIME_GRAIN_MS);
  readonly #subdirectories: Subdirectories;
  /** Container ids by the path that the kubelet's link points to. */
  #containerIds = new Map<string, string>();
  #sweeps = 0;
  /** What was reported of a directory, so that streams that left it can be reported as gone. */
  readonly #reported = new Map<string, readonly StreamSighting[]>();

  constructor(files: Files, settings: SurveySettings) {
    this.#files = files;
    this.#settings = settings;
    this.#podsDirectories = new Set(settings.podsDirectories);
    this.#links = new Links(files);
    this.#subdirectories = new Subdirectories(files, TIME_GRAIN_MS);
  }

  /** Directories to watch for new pods. */
  get podsDirectories(): ReadonlySet<string> {
    return this.#podsDirectories;
  }

  /** How many entries a directory has; 0 if it cannot be read. */
  entriesIn(directory: string): number {
    try {
      return this.#files.list(directory)?.length ?? 0;
    } catch {
      return 0;
    }
  }

  isMissing(directory: string): boolean {
    return this.#timeOf(directory) === undefined;
  }

  /** Walks everything that may have changed; yields now and then, so that the walk can be spread over time. */
  *sweep(nowMs: number): Sightings {
    const sweep = ++this.#sweeps;
    this.wasBlind = false;
    yield* this.#visit(this.#settings.logsDirectory, nowMs, sweep);
    for (const pods of [...this.#podsDirectories]) {
      let left = PODS_AT_ONCE;
      for (const pod of this.#directoriesIn(pods, nowMs, isPod)) {
        this.beforePod(pod);
        for (const directory of this.#directoriesIn(pod, nowMs)) {
          // As #visit does, without making anything where nothing has changed.
          if (this.#changed(directory, nowMs, sweep)) yield* this.scan(directory, nowMs, true);
        }
        if (--left > 0) continue;
        left = PODS_AT_ONCE;
        yield NOTHING;
      }
    }
    for (const directory of this.#links.directories) yield* this.#visit(directory, nowMs, sweep);
    this.#subdirectories.forgetBefore(nowMs);
    yield* this.#leaveMissing(nowMs, sweep);
  }

  *#visit(directory: string, nowMs: number, sweep: number): Sightings {
    if (this.#changed(directory, nowMs, sweep)) yield* this.scan(directory, nowMs, true);
  }

  /** What the sweep did not come by is gone, or nothing leads there any more. */
  *#leaveMissing(nowMs: number, sweep: number): Sightings {
    let sources: ReadonlySet<string> | undefined;
    for (const directory of this.#places.without(sweep)) {
      sources ??= this.#links.sources;
      if (!this.#reported.has(directory) && !sources.has(directory)) this.#places.delete(directory);
      else if (this.#timeOf(directory) === undefined) yield* this.#leave(directory, nowMs);
    }
  }

  /** What hints about these paths lead to; each directory is read once, however many of them are about it. */
  *follow(paths: Iterable<string>, nowMs: number): Sightings {
    const directories = new Set<string>();
    for (const path of paths) for (const directory of this.#placesOf(path, nowMs)) directories.add(directory);
    for (const directory of directories) yield* this.scan(directory, nowMs, true);
  }

  /** The directory that the path is, or is in, or the directories below it. */
  #placesOf(path: string, nowMs: number): readonly string[] {
    const places = [path, dirname(path)].filter(
      (directory) =>
        directory === this.#settings.logsDirectory ||
        this.#isContainerDirectory(directory) ||
        this.#reported.has(directory),
    );
    if (!this.#podsDirectories.has(dirname(path)) || !isPod(basename(path))) return places;
    this.beforePod(path);
    return [...places, ...this.#directoriesIn(path, nowMs)];
  }

  /** Reads one directory of log files, if it changed or if `always`. One that cannot be read does not stop the others. */
  *scan(directory: string, nowMs: number, always = false): Sightings {
    try {
      if (!this.#changed(directory, nowMs) && !always) return;
      const entries = this.#files.list(directory);
      if (entries === undefined) yield* this.#leave(directory, nowMs);
      else if (directory === this.#settings.logsDirectory) yield* this.#readLogsDirectory(entries, nowMs);
      else yield* this.#readDirectory(directory, entries, nowMs);
    } catch (error) {
      this.#unreadable(directory, error);
    }
  }

  *#readDirectory(directory: string, entries: readonly DirectoryEntry[], nowMs: number): Sightings {
    if (this.#isContainerDirectory(directory)) yield* this.#followDockerLinks(directory, entries, nowMs);
    yield this.#report(directory, this.#group(directory, entries));
  }

  // ---- the logs directory

  *#readLogsDirectory(entries: readonly DirectoryEntry[], nowMs: number): Sightings {
    const directory = this.#settings.logsDirectory;
    if (entries.some((entry) => entry.kind === 'directory' && isPod(entry.name))) {
      this.#podsDirectories.add(directory);
    }
    const idsBefore = this.#containerIds;
    this.#containerIds = new Map();
    const links = entries.filter((entry) => entry.kind === 'link');
    const moved = this.#links.replace(
      directory,
      links.flatMap((entry) => this.#followLink(directory, entry.name)),
    );
    yield this.#report(directory, this.#group(directory, entries));
    for (const linked of moved) if (linked !== directory) yield* this.scan(linked, nowMs, true);
    for (const [path, id] of this.#containerIds) {
      if (idsBefore.get(path) !== id) yield* this.scan(dirname(path), nowMs, true);
    }
  }

  /** A link in the logs directory names a container in a pods directory, or it is the only name of a file elsewhere. */
  #followLink(directory: string, name: string): readonly Home[] {
    if (parseLogName(name)?.age.kind !== 'live') return [];
    const chain = this.#links.resolve(join(directory, name));
    const target = chain.at(-1);
    if (target === undefined) return [];
    const link = parseLinkName(name);
    const hop = containerHop(chain);
    if (hop !== undefined) {
      const container = parseContainerPath(hop);
      if (container !== undefined) this.#podsDirectories.add(container.podsDirectory);
      if (link !== undefined) this.#containerIds.set(hop, link.containerId);
      return [];
    }
    // A target in the logs directory itself is followed under its own name: once is enough.
    if (dirname(target) === directory) return [];
    if (link === undefined && !this.#settings.selectsFile(name)) return [];
    return [homeAt(target, this.#originOf(name), link !== undefined, directory)];
  }

  // ---- pods directories

  /** Paths of the directories below; none if they cannot be read now. */
  #directoriesIn(directory: string, nowMs: number, accepts?: (name: string) => boolean): readonly string[] {
    try {
      return this.#subdirectories.of(directory, nowMs, accepts);
    } catch (error) {
      this.#unreadable(directory, error);
      return [];
    }
  }

  #isContainerDirectory(directory: string): boolean {
    const pod = dirname(directory);
    return this.#podsDirectories.has(dirname(pod)) && isPod(basename(pod));
  }

  /** Under Docker `0.log` is a link on to Docker's own file, which rotates in Docker's own directory. */
  *#followDockerLinks(directory: string, entries: readonly DirectoryEntry[], nowMs: number): Sightings {
    const homes = entries.flatMap((entry) => {
      const origin = entry.kind === 'link' ? this.#containerOrigin(join(directory, entry.name)) : undefined;
      const target = origin && this.#links.resolve(join(directory, entry.name)).at(-1);
      return origin === undefined || target === undefined ? [] : [homeAt(target, origin, true, directory)];
    });
    for (const linked of this.#links.replace(directory, homes)) {
      if (linked !== directory) yield* this.scan(linked, nowMs, true);
    }
  }

  #containerOrigin(path: string): KubernetesOrigin | undefined {
    const container = parseContainerPath(path);
    if (container === undefined) return undefined;
    const { podsDirectory: _, ...names } = container;
    const containerId = this.#containerIds.get(path) ?? '';
    return { kind: 'kubernetes', ...names, containerId, host: this.#settings.host };
  }

  /** What a name in the logs directory says by itself. */
  #originOf(name: string): Origin {
    const { host } = this.#settings;
    const link = parseLinkName(name);
    if (link === undefined) return { kind: 'file', file: name, host };
    return { kind: 'kubernetes', ...link, uid: '', restart: 0, host };
  }

  // ---- one directory

  /** Puts the files of a directory together by stream. */
  #group(directory: string, entries: readonly DirectoryEntry[]): Map<string, StreamSighting> {
    const streams = new Map<string, StreamSighting & { readonly files: SightedFile[] }>();
    const readAt = this.#places.timeOf(directory);
    // Only a time at which a later change was sure to show is remembered.
    const isStill = (): boolean => readAt !== undefined && readAt === this.#timeOf(directory);
    for (const entry of entries) {
      const name = entry.kind === 'file' ? parseLogName(entry.name) : undefined;
      const home = name && this.#homeOf(directory, name.base);
      if (name === undefined || home === undefined || !this.#settings.selects(home.origin)) continue;
      const { origin, kubeletNamed } = home;
      const key = streamKeyOf(origin);
      const { base } = name;
      const files: SightedFile[] = [];
      const again = (): readonly SightedFile[] => (isStill() ? files : this.#filesOf(directory, base));
      const stream = streams.get(key) ?? { key, origin, kubeletNamed, directory, files, again };
      stream.files.push(sightedFile(directory, entry.name, name));
      streams.set(key, stream);
    }
    return streams;
  }

  /** What the directory lists of one live file's name now. */
  #filesOf(directory: string, base: string): readonly SightedFile[] {
    return (this.#files.list(directory) ?? []).flatMap((entry) => {
      const isOne = entry.kind === 'file' && entry.name.startsWith(base);
      const name = isOne ? parseLogName(entry.name) : undefined;
      return name?.base === base ? [sightedFile(directory, entry.name, name)] : [];
    });
  }

  /** Which stream a live file of this name belongs to. */
  #homeOf(directory: string, base: string): Pick<Home, 'origin' | 'kubeletNamed'> | undefined {
    const linked = this.#links.homesIn(directory)?.get(base);
    if (linked !== undefined) return linked;
    if (this.#isContainerDirectory(directory)) {
      const origin = this.#containerOrigin(join(directory, base));
      return origin && { origin, kubeletNamed: true };
    }
    if (directory !== this.#settings.logsDirectory) return undefined;
    const origin = this.#originOf(base);
    if (origin.kind === 'file' && !this.#settings.selectsFile(base)) return undefined;
    return { origin, kubeletNamed: origin.kind === 'kubernetes' };
  }

  // ---- what was read and said

  /** Whether the directory may have changed since it was read. Remembers its time only when a later change would show. */
  #changed(directory: string, nowMs: number, sweep = 0): boolean {
    const time = this.#timeOf(directory);
    if (time === undefined) return this.#reported.has(directory);
    const isChanged = this.#places.isChanged(directory, time, nowMs);
    if (sweep > 0) this.#places.pass(directory, sweep);
    return isChanged;
  }

  #report(directory: string, streams: ReadonlyMap<string, StreamSighting>): readonly StreamSighting[] {
    const gone = (this.#reported.get(directory) ?? []).filter(({ key }) => !streams.has(key));
    if (streams.size > 0) this.#reported.set(directory, [...streams.values()].map(asGone));
    else this.#reported.delete(directory);
    return [...streams.values(), ...gone];
  }

  /** The directory is gone, and with it the links in it and what they led to. */
  *#leave(directory: string, nowMs: number): Sightings {
    this.#places.delete(directory);
    const linked = this.#links.replace(directory, []);
    yield this.#report(directory, new Map());
    for (const other of linked) if (other !== directory) yield* this.scan(other, nowMs, true);
  }

  /** NaN, a time that means nothing, where it cannot be asked: reading the directory will say why. */
  #timeOf(directory: string): number | undefined {
    try {
      return this.#files.directoryTime(directory);
    } catch {
      return Number.NaN;
    }
  }

  #unreadable(directory: string, error: unknown): void {
    if (errnoOf(error) === '') throw error;
    this.wasBlind = true;
    this.#places.distrust(directory);
    this.#settings.onUnreadable(directory, error);
  }
}

/** What is to be said of a stream once it has left its directory. */
const asGone = ({ key, origin, kubeletNamed, directory }: StreamSighting): StreamSighting => ({
  key,
  origin,
  kubeletNamed,
  directory,
  files: [],
});

const sightedFile = (directory: string, entry: string, { age, compressed }: LogName): SightedFile => ({
  path: join(directory, entry),
  age,
  compressed,
});
