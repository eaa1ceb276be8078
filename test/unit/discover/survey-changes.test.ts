import { describe, expect, it } from 'vitest';
import { ID, LOGS, NodeDirectories, POD, PODS } from './node-directories.ts';

const surveyed = async (directoryTimes = true) => {
  const node = new NodeDirectories({}, directoryTimes);
  node.put(`${POD}/app/0.log`, `${PODS}/shop_db-0_u2/app/0.log`, `${LOGS}/plain.log`);
  await node.pass();
  node.sweep();
  node.read();
  return node;
};

describe('a survey, later', () => {
  it('does not read a directory again that has not changed', async () => {
    const node = await surveyed();
    expect(node.sweep()).toEqual([]);
    expect(node.read()).toEqual([]);
  });

  it('reads the one that changed, and reports all of it', async () => {
    const node = await surveyed();
    node.put(`${POD}/app/1.log`);
    expect(node.sweep()).toEqual(['u1/app/0: 0.log', 'u1/app/1: 1.log']);
    expect(node.read()).not.toContain(LOGS);
  });

  it('sees a second change that the clock of the file system cannot tell from the first', async () => {
    const node = await surveyed();
    node.put(`${POD}/app/1.log`);
    node.sweep();
    node.put(`${POD}/app/2.log`);
    expect(node.sweep()).toContain('u1/app/2: 2.log');
    await node.pass();
    node.sweep();
    node.read();
    expect(node.sweep()).toEqual([]);
  });

  it('reads everything each time where directories have no times', async () => {
    const node = await surveyed(false);
    expect(node.sweep()).toHaveLength(3);
  });

  it('sees changes after the wall clock was set back or forward', async () => {
    for (const step of [-3_600_000, 3_600_000]) {
      const node = await surveyed();
      node.world.clock.stepWall(step);
      node.put(`${POD}/app/1.log`);
      expect(node.sweep()).toContain('u1/app/1: 1.log');
      node.put(`${POD}/app/2.log`);
      expect(node.sweep()).toContain('u1/app/2: 2.log');
    }
  });

  it('reports what is gone, once', async () => {
    const node = await surveyed();
    node.world.disk.unlink(`${POD}/app/0.log`);
    node.world.disk.removeTree(`${PODS}/shop_db-0_u2`);
    node.world.disk.unlink(`${LOGS}/plain.log`);
    expect(node.sweep()).toEqual(['file/plain.log: gone', 'u1/app/0: gone', 'u2/app/0: gone']);
    await node.pass();
    node.sweep();
    expect(node.sweep()).toEqual([]);
  });

  it('finds again what was gone and came back', async () => {
    const node = await surveyed();
    node.world.disk.removeTree(PODS);
    node.world.disk.removeTree(LOGS);
    expect(node.sweep()).toHaveLength(3);
    expect(node.survey.isMissing(LOGS)).toBe(true);
    await node.pass();
    node.put(`${POD}/app/0.log`, `${LOGS}/plain.log`);
    expect(node.sweep()).toEqual(['file/plain.log: plain.log', 'u1/app/0: 0.log']);
    expect(node.survey.isMissing(LOGS)).toBe(false);
  });

  it('yields between directories, so that a walk can be spread over time', async () => {
    const node = await surveyed();
    node.put(`${POD}/app/1.log`, `${PODS}/shop_db-0_u2/app/1.log`);
    const walk = node.survey.sweep(node.world.clock.wall);
    walk.next();
    expect(node.read()).not.toContain(`${PODS}/shop_db-0_u2/app`);
    expect([...walk].flat()).toHaveLength(2);
  });

  it('yields on its way past many pods of which none has changed', async () => {
    const node = new NodeDirectories();
    node.put(`${LOGS}/plain.log`);
    for (let pod = 0; pod < 200; pod++) node.put(`${PODS}/shop_web-${pod}_u${pod}/app/0.log`);
    await node.pass();
    expect(node.sweep()).toHaveLength(201);
    const looks = (): number => node.calls.filter((call) => call.startsWith('directoryTime')).length;
    const walk = node.survey.sweep(node.world.clock.wall);
    const before = looks();
    walk.next();
    expect(looks() - before).toBeLessThan(200);
    expect([...walk].flat()).toEqual([]);
    // The two roots, and two a pod.
    expect(looks() - before).toBe(402);
  });
});

describe('a hint', () => {
  it('about a file leads to its directory, read though its time says nothing new', async () => {
    const node = await surveyed();
    expect(node.follow(`${POD}/app/0.log`)).toEqual(['u1/app/0: 0.log']);
    expect(node.follow(`${LOGS}/plain.log`)).toEqual(['file/plain.log: plain.log']);
  });

  it('about a container or a pod leads to its files', async () => {
    const node = await surveyed();
    expect(node.follow(`${POD}/app`)).toEqual(['u1/app/0: 0.log']);
    expect(node.follow(POD)).toEqual(['u1/app/0: 0.log']);
  });

  it('about one place a hundred times reads it once', async () => {
    const node = await surveyed();
    node.follow(...Array.from({ length: 100 }, (_, index) => `${POD}/app/${index}.log`));
    expect(node.read()).toEqual([`${POD}/app`]);
  });

  it('about a place that is none of ours leads nowhere', async () => {
    const node = await surveyed();
    expect(node.follow('/etc/passwd', '/', `${PODS}/not-a-pod`, `${PODS}/not-a-pod/app/0.log`)).toEqual([]);
    expect(node.read()).toEqual([]);
  });

  it('about a directory that is gone tells so', async () => {
    const node = await surveyed();
    node.world.disk.removeTree(POD);
    expect(node.follow(`${POD}/app`)).toEqual(['u1/app/0: gone']);
  });
});

describe('a directory that cannot be read', () => {
  it('is told, stops no other, keeps what was known of it, and is read as soon as it can be', async () => {
    for (const code of ['EACCES', 'EMFILE', 'EIO']) {
      const node = await surveyed();
      node.shut.set(`${POD}/app`, code);
      node.put(`${POD}/app/1.log`, `${PODS}/shop_db-0_u2/app/1.log`);
      expect(node.sweep()).toEqual(['u2/app/0: 0.log', 'u2/app/1: 1.log']);
      expect(node.unreadable).toEqual([`${POD}/app`]);
      node.shut.clear();
      await node.pass();
      expect(node.sweep()).toContain('u1/app/1: 1.log');
    }
  });

  it('for want of a descriptor, is read once there is one, though it has not changed since', async () => {
    const node = await surveyed();
    node.put(`${POD}/app/1.log`);
    node.unlisted.add(`${POD}/app`);
    await node.pass();
    expect(node.sweep()).toEqual([]);
    node.unlisted.clear();
    expect(node.sweep()).toEqual(['u1/app/0: 0.log', 'u1/app/1: 1.log']);
  });

  it('may be that of the pods, a pod or the logs', async () => {
    for (const directory of [PODS, POD, LOGS]) {
      const node = await surveyed();
      node.shut.set(directory, 'EACCES');
      node.put(`${POD}/app/1.log`, `${LOGS}/late.log`);
      node.sweep();
      expect(node.unreadable).toEqual([directory]);
      expect(node.survey.isMissing(directory)).toBe(false);
      node.shut.clear();
      expect(node.sweep()).toContain(directory === LOGS ? 'file/late.log: late.log' : 'u1/app/1: 1.log');
    }
  });

  it('may hold what a link leads to: the other links are followed', async () => {
    const node = await surveyed();
    node.link(`${POD}/app/0.log`, `${LOGS}/web-0_shop_app-${ID}.log`);
    node.link('/srv/app/out.log', `${LOGS}/app.log`);
    node.put('/srv/app/out.log');
    node.shut.set(`${POD}/app/0.log`, 'EACCES');
    expect(node.sweep()).toContain('file/app.log: out.log');
  });

  it('does not hide a bug', async () => {
    const node = new NodeDirectories({
      selects: () => {
        throw new TypeError('a bug');
      },
    });
    node.put(`${POD}/app/0.log`);
    await node.pass();
    expect(() => node.sweep()).toThrow('a bug');
  });
});
