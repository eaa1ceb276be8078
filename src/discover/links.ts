import { basename, dirname, join, resolve } from 'node:path';
import type { Origin } from '../core/origin.ts';
import { streamKeyOf } from '../core/origin.ts';
import type { Files } from '../system/system.ts';
import { parseContainerPath } from './kubelet-names.ts';

/** A stream's place: the directory of its real files, and the live file's name there. */
export interface Home {
  readonly directory: string;
  readonly base: string;
  readonly origin: Origin;
  readonly kubeletNamed: boolean;
  /** The directory of the link that led here. */
  readonly from: string;
}

/** Linux follows at most 40; a log has three (link, pods, Docker). */
const MAX_HOPS = 16;

/** Where links lead: the streams whose files lie in directories that no walk would come to, or whose names say nothing. */
export class Links {
  readonly #files: Files;
  readonly #homes = new Map<string, Map<string, Home>>();

  constructor(files: Files) {
    this.#files = files;
  }

  /** Directories to which links lead. */
  get directories(): readonly string[] {
    return [...this.#homes.keys()];
  }

  /** Directories that hold links to them. */
  get sources(): ReadonlySet<string> {
    return new Set([...this.#homes.values()].flatMap((homes) => [...homes.values()].map(({ from }) => from)));
  }

  homesIn(directory: string): ReadonlyMap<string, Home> | undefined {
    return this.#homes.get(directory);
  }

  /** The path and each place it leads to, hop by hop; the last one is no link, or is missing. Empty for a circle. */
  resolve(path: string): readonly string[] {
    const chain = [path];
    let at = path;
    for (let hop = 0; hop < MAX_HOPS; hop++) {
      const target = this.#targetOf(at);
      if (target === undefined) return chain;
      at = resolve(dirname(at), target);
      chain.push(at);
    }
    return [];
  }

  /** A place that may not be looked at is taken for a file: opening it will say what is wrong. */
  #targetOf(path: string): string | undefined {
    try {
      return this.#files.readLink(path);
    } catch {
      return undefined;
    }
  }

  /**
   * Replaces what the links of one directory lead to.
   *
   * @returns the directories that gained, lost or changed a stream
   */
  replace(from: string, homes: readonly Home[]): ReadonlySet<string> {
    const changed = new Set<string>();
    const before = new Map<string, Home>();
    for (const [directory, inDirectory] of this.#homes) {
      for (const [base, home] of inDirectory) {
        if (home.from !== from) continue;
        before.set(join(directory, base), home);
        inDirectory.delete(base);
        if (inDirectory.size === 0) this.#homes.delete(directory);
      }
    }
    for (const home of homes) {
      const earlier = this.#add(home);
      const path = join(home.directory, home.base);
      if (earlier && before.get(path)?.origin !== home.origin && !sameHome(before.get(path), home)) {
        changed.add(home.directory);
      }
      before.delete(path);
    }
    for (const home of before.values()) changed.add(home.directory);
    return changed;
  }

  /** Two links to one file: the first by name is the stream, always the same one. */
  #add(home: Home): boolean {
    const homes = this.#homes.get(home.directory) ?? new Map<string, Home>();
    const other = homes.get(home.base);
    if (other !== undefined && streamKeyOf(other.origin) <= streamKeyOf(home.origin)) return false;
    homes.set(home.base, home);
    this.#homes.set(home.directory, homes);
    return true;
  }
}

const sameHome = (a: Home | undefined, b: Home): boolean =>
  a !== undefined && JSON.stringify(a.origin) === JSON.stringify(b.origin);

/** The first hop that is a container's log in a pods directory. */
export const containerHop = (chain: readonly string[]): string | undefined =>
  chain.find((hop) => parseContainerPath(hop) !== undefined);

export const homeAt = (target: string, origin: Origin, kubeletNamed: boolean, from: string): Home => ({
  directory: dirname(target),
  base: basename(target),
  origin,
  kubeletNamed,
  from,
});
