import type { Watcher, WatchListener } from '../../../src/system/system.ts';

export interface FakeWatch extends WatchListener {
  readonly directory: string;
  readonly depth: number;
  /** Opened by watchFiles. */
  isSmall: boolean;
  isOpen: boolean;
}

/** A watcher that tells what the test tells it. */
export class FakeWatcher implements Watcher {
  readonly watches: FakeWatch[] = [];

  watch(directory: string, depth: number, listener: WatchListener): { close(): void } {
    const watch: FakeWatch = {
      hint: (path) => listener.hint(path),
      written: (path) => listener.written(path),
      trouble: (error) => listener.trouble(error),
      directory,
      depth,
      isSmall: false,
      isOpen: true,
    };
    this.watches.push(watch);
    return {
      close: () => {
        watch.isOpen = false;
      },
    };
  }

  watchFiles(directory: string, listener: WatchListener): { close(): void } {
    const watch = this.watch(directory, 0, listener);
    this.of(directory).isSmall = true;
    return watch;
  }

  /** What is watched now, with its depth. */
  get open(): readonly string[] {
    return this.watches.filter(({ isOpen }) => isOpen).map(({ directory, depth }) => `${directory} ${depth}`);
  }

  /** The watch of a directory that is open, or else the last one that was. */
  of(directory: string): FakeWatch {
    const all = this.watches.filter((watch) => watch.directory === directory);
    const watch = all.find(({ isOpen }) => isOpen) ?? all.at(-1);
    if (watch === undefined) throw new Error(`${directory} was never watched`);
    return watch;
  }
}
