import type { Watch, Watcher, WatchListener } from '../../src/system/system.ts';
import type { FakeProcess } from './fake-process.ts';

/** How a watcher behaves: from exact to all that is known of the real ones. */
export type WatcherMood = 'exact' | 'silent' | 'late' | 'doubled' | 'reordered' | 'lossy' | 'broken';

interface Change {
  readonly path: string;
  /** A name came or went; else something was written. */
  readonly inDirectory: boolean;
}

export interface WatcherWorld {
  /** May change at any time. */
  mood: WatcherMood;
  /** A number in [0, 1). */
  readonly random: () => number;
}

const REORDER_MS = 50;
const LATEST_MS = 3000;
/** More than any watcher holds back: the oldest are lost, as in the kernel's queue. */
const MAX_HELD_BACK = 64;

export const fakeWatcher = (process: FakeProcess, world: WatcherWorld): Watcher => ({
  watchFiles: (directory, listener) => watch(process, world, directory, 0, listener),
  // Only small watches tell apart what happened.
  watch: (directory, depth, listener) =>
    watch(process, world, directory, depth, {
      hint: (path) => listener.hint(path),
      written: (path) => listener.hint(path),
      trouble: (error) => listener.trouble(error),
    }),
});

const watch = (
  process: FakeProcess,
  world: WatcherWorld,
  directory: string,
  depth: number,
  listener: WatchListener,
): Watch => {
  let open = true;
  const tell = ({ path, inDirectory }: Change): void => {
    if (!open || !process.isAlive) return;
    if (inDirectory) listener.hint(path);
    else listener.written(path);
  };
  const heldBack: Change[] = [];
  const release = (): void => {
    for (const change of shuffled(heldBack.splice(0), world.random)) tell(change);
  };
  const stop = process.disk.onChange((path, inDirectory) => {
    if (!isWithin(path, directory, depth)) return;
    const change = { path, inDirectory };
    switch (world.mood) {
      case 'silent':
        return;
      case 'broken':
        trouble(process, listener, () => open);
        return;
      case 'lossy':
        if (world.random() < 0.5) process.clock.soon(() => tell(change));
        return;
      case 'late':
        process.clock.after(world.random() * LATEST_MS, () => tell(change));
        return;
      case 'reordered':
        if (heldBack.length < MAX_HELD_BACK) heldBack.push(change);
        if (heldBack.length === 1) process.clock.after(REORDER_MS, release);
        return;
      case 'doubled':
        process.clock.soon(() => tell(change));
        process.clock.soon(() => tell(change));
        return;
      case 'exact':
        process.clock.soon(() => tell(change));
    }
  });
  return {
    close: () => {
      open = false;
      stop();
    },
  };
};

const trouble = (process: FakeProcess, listener: WatchListener, isOpen: () => boolean): void => {
  process.clock.soon(() => {
    if (isOpen() && process.isAlive)
      listener.trouble(new Error('ENOSPC: System limit for number of file watchers reached'));
  });
};

/** chokidar's depth: 0 means the entries of the directory itself. */
const isWithin = (path: string, directory: string, depth: number): boolean => {
  if (!path.startsWith(`${directory}/`)) return false;
  return path.slice(directory.length + 1).split('/').length <= depth + 1;
};

const shuffled = <T>(items: readonly T[], random: () => number): T[] => {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const [a, b] = [result[last], result[other]];
    if (a === undefined || b === undefined) continue;
    result[last] = b;
    result[other] = a;
  }
  return result;
};
