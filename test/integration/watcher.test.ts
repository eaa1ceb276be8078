import { writeFileSync } from 'node:fs';
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
