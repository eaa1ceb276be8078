import { dirname } from 'node:path';
import { memfs, type Volume } from 'memfs';
import type { FileStatus } from '../../src/system/system.ts';
import { type DiskOptions, FakeInodes, type Inode } from './fake-inodes.ts';

type Core = Volume['_core'];
type Link = Core['root'];

export type { Inode } from './fake-inodes.ts';

/** What changed, for watchers. */
/** `inDirectory`: a name came or went; else something was written. */
export type DiskListener = (path: string, inDirectory: boolean) => void;

const DEV = 66_305n;

/** memfs asks for the user at every step of a path; from the real process that takes as long as all the rest together. */
const NOBODY = {
  getuid: () => 0,
  getgid: () => 0,
  cwd: () => '/',
  platform: 'linux',
  emitWarning: () => undefined,
  env: {},
};

/**
 * A disk that outlives the processes that use it: memfs, made like ext4 where it is not (memfs 4.80.1).
 *
 * - An inode number is reused only once no descriptor holds the inode (memfs: at once), and then with another birth time
 *   (memfs: the same, in one millisecond).
 * - File times come from the fake clock (memfs: Date), directories included.
 * - rename over an existing file frees that file (memfs: leaks it), and moves a link itself (memfs: what it leads to).
 */
export class FakeDisk {
  readonly volume: Volume = memfs(undefined, { process: NOBODY }).vol;
  readonly #inodes: FakeInodes;
  readonly #listeners = new Set<DiskListener>();
  /** Where paths lead, until a name comes or goes. */
  readonly #followed = new Map<string, Link | undefined>();
  readonly #unfollowed = new Map<string, Link | undefined>();

  constructor(options: DiskOptions) {
    this.#inodes = new FakeInodes(options);
  }

  // Changes

  makeDirectory(path: string): void {
    if (this.inodeAt(path) !== undefined) return;
    const parent = dirname(path);
    if (parent !== path) this.makeDirectory(parent);
    this.volume.mkdirSync(path);
    this.#changed(path, true);
  }

  /** Creates an empty file, or returns the one that is there. */
  create(path: string): Inode {
    const existing = this.inodeAt(path);
    if (existing !== undefined) return existing;
    this.volume.closeSync(this.volume.openSync(path, 'a'));
    this.#forgetWalks();
    const inode = this.#existing(path);
    this.#inodes.describe(inode);
    this.#changed(path, true);
    return inode;
  }

  /** Appends through an open descriptor, wherever the file is by now. */
  append(inode: Inode, bytes: Uint8Array): void {
    this.writeAt(inode, bytes, 0, bytes.length, inode.getSize());
  }

  writeAt(inode: Inode, bytes: Uint8Array, start: number, length: number, position: number): void {
    inode.write(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), start, length, position);
    this.#modified(inode);
  }

  truncate(inode: Inode, length: number): void {
    inode.truncate(length);
    this.#modified(inode);
  }

  unlink(path: string): void {
    const inode = this.inodeAt(path, false);
    this.volume.unlinkSync(path);
    if (inode !== undefined) this.#inodes.freeIfUnused(inode);
    this.#changed(path, true);
  }

  /** Removes a directory with everything in it. */
  removeTree(path: string): void {
    for (const name of this.names(path)) {
      const child = `${path}/${name}`;
      if (this.inodeAt(child, false)?.isDirectory() === true) this.removeTree(child);
      else this.unlink(child);
    }
    this.volume.rmdirSync(path);
    this.#changed(path, true);
  }

  rename(from: string, to: string): void {
    const moved = this.inodeAt(from, false);
    const replaced = this.inodeAt(to, false);
    if (moved !== undefined && moved === replaced) return;
    if (moved !== undefined && replaced !== undefined) this.unlink(to);
    if (moved?.isSymlink() === true) {
      this.volume.symlinkSync(moved.symlink, to);
      this.volume.unlinkSync(from);
    } else {
      this.volume.renameSync(from, to);
    }
    this.#changed(from, true);
    this.#changed(to, true);
  }

  link(existing: string, path: string): void {
    this.volume.linkSync(existing, path);
    this.#changed(path, true);
  }

  symlink(target: string, path: string): void {
    this.volume.symlinkSync(target, path);
    this.#changed(path, true);
  }

  // Looks

  inodeAt(path: string, followLinks = true): Inode | undefined {
    return this.#walk(path, followLinks)?.getNode();
  }

  /** A walk takes memfs some microseconds, and the agent asks for the same few paths again and again. */
  #walk(path: string, followLinks: boolean): Link | undefined {
    const walked = followLinks ? this.#followed : this.#unfollowed;
    if (walked.has(path)) return walked.get(path);
    const link = this.volume._core.walk(path, followLinks, false, false);
    const found = link.ok ? (link.value ?? undefined) : undefined;
    walked.set(path, found);
    return found;
  }

  #forgetWalks(): void {
    this.#followed.clear();
    this.#unfollowed.clear();
  }

  /** The names in a directory; empty if it is none. */
  names(directory: string): readonly string[] {
    const children = this.#walk(directory, true)?.children.keys() ?? [];
    return [...children].filter((name) => name !== '.' && name !== '..');
  }

  /** A copy of the bytes. */
  content(inode: Inode): Buffer {
    return inode.getBuffer();
  }

  /** The bytes themselves: valid until the file changes. */
  view(inode: Inode): Buffer {
    return inode.buf.subarray(0, inode.getSize());
  }

  status(inode: Inode): FileStatus {
    const { ino, birthtimeNs, mtimeMs } = this.#inodes.describe(inode);
    return {
      kind: kindOf(inode),
      dev: DEV,
      ino,
      birthtimeNs,
      size: inode.getSize(),
      mtimeMs,
      links: inode.nlink,
    };
  }

  /** How many bytes the files below a directory take. */
  usedBelow(directory: string): number {
    let used = 0;
    for (const name of this.names(directory)) {
      const path = `${directory}/${name}`;
      const inode = this.inodeAt(path, false);
      if (inode?.isDirectory() === true) used += this.usedBelow(path);
      else used += inode?.getSize() ?? 0;
    }
    return used;
  }

  // Holding and watching

  /** A descriptor keeps the inode: its number is not given away, its bytes stay readable. */
  hold(inode: Inode): void {
    this.#inodes.hold(inode);
  }

  letGo(inode: Inode): void {
    this.#inodes.letGo(inode);
  }

  onChange(listener: DiskListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  #existing(path: string): Inode {
    const inode = this.inodeAt(path);
    if (inode === undefined) throw new Error(`no such file on the fake disk: ${path}`);
    return inode;
  }

  #modified(inode: Inode): void {
    this.#inodes.describe(inode).mtimeMs = this.#inodes.time();
    for (const path of this.#pathsOf(inode)) this.#changed(path, false);
  }

  /** Names in watched places are few; a descriptor's file may have none. */
  #pathsOf(inode: Inode): string[] {
    if (this.#listeners.size === 0) return [];
    const path = this.#lastPath.get(inode);
    return path !== undefined && this.inodeAt(path, false) === inode ? [path] : [];
  }

  readonly #lastPath = new WeakMap<Inode, string>();

  #changed(path: string, inDirectory: boolean): void {
    if (inDirectory) this.#forgetWalks();
    const inode = this.inodeAt(path, false);
    if (inode !== undefined) this.#lastPath.set(inode, path);
    const parent = inDirectory ? this.inodeAt(dirname(path)) : undefined;
    if (parent !== undefined) this.#inodes.describe(parent).mtimeMs = this.#inodes.time();
    for (const listener of this.#listeners) listener(path, inDirectory);
  }
}

export const kindOf = (inode: Inode): FileStatus['kind'] => {
  if (inode.isFile()) return 'file';
  if (inode.isDirectory()) return 'directory';
  return inode.isSymlink() ? 'link' : 'other';
};
