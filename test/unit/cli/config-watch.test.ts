import { describe, expect, it } from 'vitest';
import { ConfigWatch } from '../../../src/cli/config-watch.ts';
import { FakeWorld } from '../../support/fake-system.ts';

const PATH = '/etc/birler/birler.yaml';

const setUp = () => {
  const world = new FakeWorld();
  const { disk, clock } = world;
  disk.makeDirectory('/etc/birler');
  const { system } = world.start();
  const told: number[] = [];
  const wants = { it: true };
  const write = (text: string): void => {
    disk.append(disk.inodeAt(PATH) ?? disk.create(PATH), Buffer.from(text));
  };
  const watch = (): ConfigWatch =>
    new ConfigWatch({
      path: PATH,
      files: system.files,
      clock: system.clock,
      isWanted: () => wants.it,
      onChanged: () => told.push(clock.monotonic),
    });
  return { disk, clock, told, wants, write, watch };
};

describe('a watched configuration', () => {
  it('is told once after the start, for it may have changed since it was read, and then no more', async () => {
    const { clock, told, write, watch } = setUp();
    write('a');
    watch();
    await clock.advance(60_000);
    expect(told).toHaveLength(1);
  });

  it('is not told while it is being written', async () => {
    const { clock, told, write, watch } = setUp();
    write('a');
    watch();
    await clock.advance(10_000);
    for (let part = 0; part < 10; part++) {
      write('b');
      await clock.advance(1000);
    }
    expect(told).toHaveLength(1);
    await clock.advance(4000);
    expect(told).toHaveLength(2);
  });

  it('is told when a link on the way to it leads elsewhere', async () => {
    const { disk, clock, told, watch } = setUp();
    for (const version of ['1', '2']) {
      disk.makeDirectory(`/etc/birler/..${version}`);
      disk.append(disk.create(`/etc/birler/..${version}/birler.yaml`), Buffer.from('same'));
    }
    disk.symlink('..1', '/etc/birler/..data');
    disk.symlink('..data/birler.yaml', PATH);
    watch();
    await clock.advance(10_000);
    disk.symlink('..2', '/etc/birler/..data_tmp');
    disk.rename('/etc/birler/..data_tmp', '/etc/birler/..data');
    await clock.advance(10_000);
    expect(told).toHaveLength(2);
  });

  it('is told when it is gone, and when it is back', async () => {
    const { disk, clock, told, write, watch } = setUp();
    write('a');
    watch();
    await clock.advance(10_000);
    disk.unlink(PATH);
    await clock.advance(10_000);
    expect(told).toHaveLength(2);
    write('a');
    await clock.advance(10_000);
    expect(told).toHaveLength(3);
  });

  it('is told late, but told, to somebody who did not want to know', async () => {
    const { clock, told, wants, write, watch } = setUp();
    wants.it = false;
    write('a');
    watch();
    await clock.advance(10_000);
    expect(told).toHaveLength(0);
    wants.it = true;
    await clock.advance(2000);
    expect(told).toHaveLength(1);
  });

  it('is looked at no more once that is closed', async () => {
    const { clock, told, write, watch } = setUp();
    write('a');
    watch().close();
    await clock.advance(10_000);
    expect(told).toHaveLength(0);
  });
});
