import { describe, expect, it } from 'vitest';
import type { Origin } from '../../../src/core/origin.ts';
import { containerHop, homeAt, Links } from '../../../src/discover/links.ts';
import { FakeWorld } from '../../support/fake-system.ts';

const setUp = () => {
  const world = new FakeWorld();
  for (const directory of ['/links', '/pods/shop_web_u1/app', '/docker/c1'])
    world.disk.makeDirectory(directory);
  return { world, links: new Links(world.start().system.files) };
};

describe('a link', () => {
  it('is followed hop by hop to the file', () => {
    const { world, links } = setUp();
    world.disk.create('/docker/c1/c1-json.log');
    world.disk.symlink('/docker/c1/c1-json.log', '/pods/shop_web_u1/app/0.log');
    world.disk.symlink('../pods/shop_web_u1/app/0.log', '/links/web.log');
    const chain = ['/links/web.log', '/pods/shop_web_u1/app/0.log', '/docker/c1/c1-json.log'];
    expect(links.resolve('/links/web.log')).toEqual(chain);
    expect(containerHop(chain)).toBe('/pods/shop_web_u1/app/0.log');
  });

  it('leads to the place where a file is missing, so that it is known when it comes', () => {
    const { world, links } = setUp();
    world.disk.symlink('/docker/c1/gone.log', '/links/web.log');
    expect(links.resolve('/links/web.log')).toEqual(['/links/web.log', '/docker/c1/gone.log']);
  });

  it('is itself, if it is a file or nothing at all', () => {
    const { world, links } = setUp();
    world.disk.create('/links/file.log');
    expect(links.resolve('/links/file.log')).toEqual(['/links/file.log']);
    expect(links.resolve('/links/nothing.log')).toEqual(['/links/nothing.log']);
  });

  it('leads nowhere in a circle, or in a chain that no log has', () => {
    const { world, links } = setUp();
    world.disk.symlink('/links/b.log', '/links/a.log');
    world.disk.symlink('/links/a.log', '/links/b.log');
    world.disk.symlink('/links/self.log', '/links/self.log');
    for (let hop = 0; hop < 20; hop++) world.disk.symlink(`/links/hop${hop + 1}.log`, `/links/hop${hop}.log`);
    for (const name of ['a', 'b', 'self', 'hop0']) expect(links.resolve(`/links/${name}.log`)).toEqual([]);
    expect(links.resolve('/links/hop15.log')).toHaveLength(6);
  });
});

describe('the homes that links give', () => {
  const file = (name: string): Origin => ({ kind: 'file', file: name, host: 'node-1' });

  it('are replaced link directory by link directory, and tell what changed', () => {
    const { links } = setUp();
    expect(links.replace('/links', [homeAt('/docker/c1/x.log', file('a.log'), false, '/links')])).toEqual(
      new Set(['/docker/c1']),
    );
    expect(links.replace('/links', [homeAt('/docker/c1/x.log', file('a.log'), false, '/links')])).toEqual(
      new Set(),
    );
    expect(links.replace('/other', [homeAt('/docker/c2/y.log', file('b.log'), false, '/other')])).toEqual(
      new Set(['/docker/c2']),
    );
    expect(links.homesIn('/docker/c1')?.get('x.log')?.origin).toEqual(file('a.log'));
    expect(links.replace('/links', [homeAt('/docker/c3/x.log', file('a.log'), false, '/links')])).toEqual(
      new Set(['/docker/c1', '/docker/c3']),
    );
    expect(links.directories.toSorted()).toEqual(['/docker/c2', '/docker/c3']);
    links.replace('/links', []);
    links.replace('/other', []);
    expect(links.directories).toEqual([]);
  });

  it('tell of a stream that became known better', () => {
    const { links } = setUp();
    links.replace('/links', [homeAt('/docker/c1/x.log', file('a.log'), false, '/links')]);
    expect(links.replace('/links', [homeAt('/docker/c1/x.log', file('b.log'), false, '/links')])).toEqual(
      new Set(['/docker/c1']),
    );
  });

  it('give one file one stream, the same one in whatever order the links are read', () => {
    const { links } = setUp();
    const [a, b] = ['a.log', 'b.log'].map((name) => homeAt('/docker/c1/x.log', file(name), false, '/links'));
    if (a === undefined || b === undefined) throw new Error('two homes were made');
    links.replace('/links', [a, b]);
    expect(links.homesIn('/docker/c1')?.get('x.log')?.origin).toEqual(file('a.log'));
    links.replace('/links', [b, a]);
    expect(links.homesIn('/docker/c1')?.get('x.log')?.origin).toEqual(file('a.log'));
  });
});
