import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { chokidarWatcher } from '../../src/system/chokidar-watcher.ts';
import { TempDir } from '../support/temp-dir.ts';
import { until } from '../support/until.ts';

describe('a watch that was just opened', () => {
  it('tells to look for what came while it was looking around', async () => {
    using dir = new TempDir();
    const hints: string[] = [];
    const troubles: Error[] = [];
    const watch = chokidarWatcher.watch(dir.path, 0, {
      hint: (path) => hints.push(path),
      written: (path) => hints.push(path),
      trouble: (error) => troubles.push(error),
    });
    // Before the watch has had a turn to look for itself.
    writeFileSync(dir.join('new.log'), '');
    await until('it says where to look', () => hints.length > 0);
    watch.close();
    expect([dir.path, dir.join('new.log')]).toContain(hints[0]);
    expect(troubles).toEqual([]);
  });
});

describe('a watch of the files in a directory', () => {
  it('tells by its name which one was written to or cut, and hints at all else', async () => {
    using dir = new TempDir();
    const path = dir.join('0.log');
    writeFileSync(path, 'one\n');
    const hints: string[] = [];
    const written: string[] = [];
    const troubles: Error[] = [];
    const watch = chokidarWatcher.watchFiles(dir.path, {
      hint: (at) => hints.push(at),
      written: (at) => written.push(at),
      trouble: (error) => troubles.push(error),
    });
    appendFileSync(path, 'two\n');
    await until('the line is told', () => written.length > 0);
    const linesTold = written.length;
    truncateSync(path, 0);
    await until('the cut is told', () => written.length > linesTold);
    expect([hints, new Set(written)]).toEqual([[], new Set([path])]);
    renameSync(path, dir.join('0.log.1'));
    await until('the new name is told', () => hints.includes(dir.join('0.log.1')));
    watch.close();
    expect(troubles).toEqual([]);
  });
});
