import type { UnfinishedWrites } from '../support/fake-process.ts';
import type { WatcherMood } from '../support/fake-watcher.ts';

/**
 * What can happen in the simulated world. A script is a list of these; it stays meaningful when any of them is taken out,
 * because an action that cannot happen (no such stream, nothing to delete) does nothing.
 *
 * `stream` counts modulo the streams that live; `seed` is for whatever the action draws at random.
 */
export type Action =
  | { readonly kind: 'create'; readonly name: StreamKind; readonly seed: number }
  | { readonly kind: 'write'; readonly stream: number; readonly lines: number; readonly seed: number }
  | { readonly kind: 'half'; readonly stream: number; readonly seed: number }
  | { readonly kind: 'piece'; readonly stream: number; readonly seed: number }
  | { readonly kind: 'close'; readonly stream: number; readonly seed: number }
  | { readonly kind: 'long'; readonly stream: number; readonly seed: number }
  | { readonly kind: 'rename'; readonly stream: number }
  | { readonly kind: 'reopen'; readonly stream: number; readonly abandonsHalf: boolean }
  | { readonly kind: 'rotate'; readonly stream: number }
  | { readonly kind: 'gzip'; readonly stream: number; readonly dies: boolean }
  | { readonly kind: 'dropOldest'; readonly stream: number }
  | {
      readonly kind: 'copytruncate';
      readonly stream: number;
      readonly regrowth: Regrowth;
      /** Whether a copy is made before, or the bytes are just thrown away. */
      readonly copies: boolean;
      readonly seed: number;
    }
  /** One step of a copytruncate: looks, writes and more may come between it and the next. */
  | { readonly kind: 'copy'; readonly stream: number; readonly part: CopyPart }
  /** So many copytruncates at once, with lines before and after each. */
  | { readonly kind: 'copies'; readonly stream: number; readonly times: number; readonly seed: number }
  | { readonly kind: 'delete'; readonly stream: number }
  | { readonly kind: 'moveAway'; readonly stream: number }
  | { readonly kind: 'restartContainer'; readonly stream: number }
  | { readonly kind: 'removePod'; readonly stream: number }
  | { readonly kind: 'retarget'; readonly stream: number }
  | { readonly kind: 'watcher'; readonly mood: WatcherMood }
  | { readonly kind: 'fault'; readonly stream: number; readonly fault: ReadFault; readonly ms: number }
  | { readonly kind: 'diskFull'; readonly disk: 'output' | 'state'; readonly freeBytes: number }
  | { readonly kind: 'diskFree' }
  | { readonly kind: 'slowDisk'; readonly delayMs: number }
  | { readonly kind: 'sink'; readonly mood: SinkMood }
  | { readonly kind: 'stepWall'; readonly ms: number }
  | { readonly kind: 'crash'; readonly unfinished: UnfinishedWrites }
  | { readonly kind: 'stop' }
  /** Another configuration is put in force, one that takes a new agent. */
  | { readonly kind: 'reload' }
  | { readonly kind: 'start' }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'calm' }
  /** Happens in the middle of the agent's work: just before its `calls`-th call of the file system from now. */
  | { readonly kind: 'during'; readonly calls: number; readonly action: Action };

export type StreamKind = 'kubelet' | 'plain' | 'linked';
/** An empty file, half of what is not copied yet, all of it, the cut. */
export type CopyPart = 'begin' | 'half' | 'whole' | 'cut';
export type Regrowth = 'none' | 'smaller' | 'equal' | 'larger';
export type ReadFault = 'EIO' | 'EACCES' | 'EMFILE';
export type SinkMood = 'fine' | 'slow' | 'failing' | 'hanging' | 'refusing';
export type { UnfinishedWrites, WatcherMood };

/** A line an action, to print and to paste back. */
export const showScript = (script: readonly Action[]): string =>
  script.map((action) => `  ${JSON.stringify(action)},`).join('\n');
