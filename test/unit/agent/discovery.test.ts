import { describe, expect, it } from 'vitest';
import type { WatcherMood } from '../../support/fake-watcher.ts';
import { LOGS, PODS, Scenario } from '../../support/scenario.ts';

describe('where reading begins', () => {
  it('at the beginning of a file that is there at the start', async () => {
    const node = new Scenario();
    node.file('app.log').write('a', 'b');
    await node.start();
    await node.delivers('a', 'b');
  });

  it('with start_at end, behind what is there: two more lines are those two', async () => {
    const node = new Scenario({ startAt: 'end' });
    const log = node.file('app.log');
    log.write('before');
    await node.start();
    await node.pass(1000);
    log.write('a', 'b');
    await node.delivers('a', 'b');
  });

  it('with start_at end, at the start of a line that is not complete yet', async () => {
    const node = new Scenario({ startAt: 'end' });
    const log = node.file('app.log');
    log.write('before');
    log.append('half');
    await node.start();
    await node.pass(1000);
    log.append(' whole\n');
    await node.delivers('half whole');
  });

  it('at the beginning of a file that is created later, whatever start_at says', async () => {
    const node = new Scenario({ startAt: 'end' });
    node.file('old.log').write('before');
    await node.start();
    await node.pass(10_000);
    node.file('app.log').write('a');
    await node.delivers('a');
  });

  it('with start_at end, after a restart, where it stood: what was written meanwhile comes', async () => {
    const node = new Scenario({ startAt: 'end' });
    const log = node.file('app.log');
    log.write('before');
    await node.start();
    await node.pass(1000);
    await node.stop();
    log.write('a');
    node.file('new.log').write('b');
    await node.start();
    await node.delivers('a', 'b');
  });

  it('with start_at end, the rotated files that are there are left alone', async () => {
    const node = new Scenario({ startAt: 'end' });
    const log = node.container('web');
    log.write('a');
    log.rotate();
    log.write('b');
    await node.start();
    await node.pass(1000);
    log.write('c');
    await node.delivers('c');
  });
});

describe('what is a log', () => {
  it('is followed once, under however many globs and links', async () => {
    const node = new Scenario({ sources: { files: { include: ['*.log', 'app*', '*'], exclude: [] } } });
    const log = node.file('app.log');
    node.world.disk.symlink(log.path, `${LOGS}/also.log`);
    node.container('web').write('c');
    log.write('a');
    await node.start();
    await node.pass(1000);
    log.write('b');
    await node.deliversOf(log, 'a', 'b');
    expect(
      node
        .records()
        .map(({ origin }) => origin)
        .toSorted(),
    ).toEqual(['app.log', 'app.log', 'web#0']);
  });

  it('is not what is excluded, a temporary file, a directory or a FIFO: these are never opened', async () => {
    const node = new Scenario({ sources: { files: { include: ['*.log'], exclude: ['secret*'] } } });
    const opened = new Set<string>();
    node.faults.before = (call, path) => {
      if (call === 'open') opened.add(path);
    };
    node.file('app.log').write('a');
    node.file('secret.log').write('b');
    node.file('app.log.1.tmp').write('c');
    node.file('notes.txt').write('d');
    node.world.disk.makeDirectory(`${LOGS}/directory.log`);
    const fifo = node.world.disk.create(`${LOGS}/fifo.log`);
    fifo.mode = 0o010_644;
    await node.start();
    await node.delivers('a');
    expect([...opened]).toEqual([`${LOGS}/app.log`]);
  });

  it('is left alone where its namespace, pod and container are excluded', async () => {
    const node = new Scenario({
      sources: {
        exclude: [{ namespace: 'shop', pod: 'secret-*', container: '*', labels: null, annotations: null }],
      },
    });
    node.container('secret-0').write('no');
    node.container('web').write('yes');
    await node.start();
    await node.delivers('yes');
    expect(node.openPaths.some((path) => path.includes('secret'))).toBe(false);
  });
});

describe('a thousand files that appear at once', () => {
  it('are all delivered with a hundred descriptors', async () => {
    const openFiles = 100;
    const node = new Scenario({ limits: { openFiles }, sources: { rescanIntervalMs: 1000 } });
    await node.start();
    let most = 0;
    node.faults.before = (call) => {
      if (call === 'status') most = Math.max(most, node.openLogs);
    };
    const logs = Array.from({ length: 1000 }, (_, file) => node.file(`app-${file}.log`));
    const messages = Array.from({ length: 10 }, (_, line) => `${line}`);
    for (const log of logs) log.append(`${messages.join('\n')}\n`);
    // Files that find no room wait for the next rescan.
    for (let waited = 0; waited < 60 && node.records().length < 10_000; waited++) await node.pass(1000);
    const ofFile = Map.groupBy(node.records(), ({ origin }) => origin);
    for (const log of logs) expect(ofFile.get(log.origin)?.map(({ text }) => text)).toEqual(messages);
    expect(most).toBeLessThanOrEqual(openFiles + 1);
  });

  it('cost one look at their directory for all the hints that come together', async () => {
    const node = new Scenario();
    await node.start();
    await node.pass(1000);
    let lists = 0;
    node.faults.before = (call) => {
      if (call === 'list') lists++;
    };
    for (let file = 0; file < 100; file++) node.file(`app-${file}.log`).write('a', 'b', 'c');
    await node.pass(1000);
    expect(node.texts()).toHaveLength(300);
    expect(lists).toBeLessThan(10);
  });
});

describe('a watcher', () => {
  const moods: readonly WatcherMood[] = ['broken', 'lossy', 'doubled', 'reordered', 'late', 'silent'];

  it.each(moods)('that is %s costs no line', async (mood) => {
    let seed = 0;
    const random = (): number => (seed = (seed * 16_807 + 11) % 2_147_483_647) / 2_147_483_647;
    const node = new Scenario({ world: { random } });
    node.world.watcher.mood = mood;
    const web = node.container('web');
    web.write('a');
    await node.start();
    await node.pass(8000);
    const plain = node.file('app.log');
    plain.write('x');
    web.rotate();
    web.write('b');
    await node.pass(8000);
    const late = node.container('late');
    late.write('y');
    plain.rotate('1');
    plain.write('z');
    await node.deliversOf(web, 'a', 'b');
    expect(node.textsOf(plain)).toEqual(['x', 'z']);
    expect(node.textsOf(late)).toEqual(['y']);
  });

  it('that tells nothing is made up for by the rescan, which says so', async () => {
    const node = new Scenario();
    node.world.watcher.mood = 'silent';
    await node.start();
    await node.pass(8000);
    node.file('app.log').write('a');
    await node.delivers('a');
    expect(node.said).toContain('a rescan found what the watcher did not report');
  });

  it('that is refused (ENOSPC) is told, with what to do', async () => {
    const node = new Scenario();
    await node.start();
    await node.pass(1000);
    node.world.watcher.mood = 'broken';
    node.file('app.log').write('a');
    await node.delivers('a');
    expect(node.said.filter((message) => message.includes('fs.inotify.max_user_watches'))).toHaveLength(1);
  });

  it('can be switched off', async () => {
    const node = new Scenario({ sources: { watch: 'off' } });
    await node.start();
    await node.pass(8000);
    const log = node.file('app.log');
    log.write('a');
    await node.pass(8000);
    log.rotate('1');
    log.write('b');
    await node.delivers('a', 'b');
  });
});

describe('a file that cannot be opened', () => {
  it.each(['EACCES', 'EMFILE', 'EIO'])(
    'for %s comes from its beginning once it can, and delays no other',
    async (code) => {
      const node = new Scenario();
      const [shut, free] = [node.container('shut'), node.container('free')];
      shut.write('a');
      free.write('x');
      node.faults.fail = (call, path) => (call === 'open' && path === shut.path ? code : undefined);
      await node.start();
      await node.deliversOf(free, 'x');
      shut.write('b');
      delete node.faults.fail;
      await node.deliversOf(shut, 'a', 'b');
      expect(node.said).toContain('a file cannot be read; trying again');
    },
  );

  it('although its directory can be read no more, is tried again', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    await node.start();
    await node.pass(1000);
    node.faults.fail = (call, path) => (call === 'read' && path.includes('web') ? 'EIO' : undefined);
    log.write('b');
    await node.pass(10_000);
    delete node.faults.fail;
    await node.delivers('a', 'b');
  });
});

describe('a directory', () => {
  it('that is missing at the start is waited for, and told', async () => {
    const node = new Scenario();
    node.world.disk.removeTree(LOGS);
    node.world.disk.removeTree(PODS);
    await node.start();
    await node.pass(10_000);
    expect(node.said).toContain('the directory does not exist yet; waiting for it');
    node.world.disk.makeDirectory(LOGS);
    node.file('app.log').write('a');
    await node.delivers('a');
    expect(node.said).toContain('the directory is there now');
  });

  it('that is removed and made again is followed anew', async () => {
    const node = new Scenario();
    const log = node.container('web');
    log.write('a');
    await node.start();
    await node.pass(1000);
    log.write('b');
    node.world.disk.removeTree(`${PODS}/shop_web_uid-web`);
    await node.pass(500);
    const again = node.container('web');
    again.write('c');
    await node.delivers('a', 'b', 'c');
  });
});
