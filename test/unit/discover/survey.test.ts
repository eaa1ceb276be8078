import { describe, expect, it } from 'vitest';
import { ID, LOGS, NodeDirectories, POD, PODS } from './node-directories.ts';

describe('a survey of a node', () => {
  it('finds the container streams in the pods directory, each with all its generations', async () => {
    const node = new NodeDirectories();
    node.put(`${POD}/app/0.log`, `${POD}/app/0.log.20261120-201953`, `${POD}/app/0.log.20261120-191953.gz`);
    node.put(`${POD}/app/1.log`, `${POD}/sidecar/0.log`);
    await node.pass();
    expect(node.sweep()).toEqual([
      'u1/app/0: 0.log 0.log.20261120-191953.gz 0.log.20261120-201953',
      'u1/app/1: 1.log',
      'u1/sidecar/0: 0.log',
    ]);
  });

  it('leaves alone what is no log: temporary files, other names, other directories', async () => {
    const node = new NodeDirectories();
    node.put(`${POD}/app/0.log.20261120-201953.tmp`, `${POD}/app/notes.txt`, `${PODS}/not-a-pod/app/0.log`);
    node.put(`${PODS}/stray.log`, `${LOGS}/readme.txt`, `${POD}/app/deeper/0.log`);
    node.world.disk.makeDirectory(`${LOGS}/directory.log`);
    await node.pass();
    expect(node.sweep()).toEqual([]);
  });

  it('says what the names say', async () => {
    const node = new NodeDirectories();
    node.put(`${POD}/app/2.log`, `${LOGS}/plain.log`);
    node.link(`${POD}/app/2.log`, `${LOGS}/web-0_shop_app-${ID}.log`);
    await node.pass();
    expect(node.sightings()).toMatchObject([
      {
        key: 'file/plain.log',
        kubeletNamed: false,
        origin: { kind: 'file', file: 'plain.log', host: 'node-1' },
      },
      {
        key: 'u1/app/2',
        kubeletNamed: true,
        origin: { namespace: 'shop', pod: 'web-0', uid: 'u1', container: 'app', containerId: ID, restart: 2 },
      },
    ]);
  });

  it('follows only what is selected', async () => {
    const node = new NodeDirectories({
      selects: (origin) => origin.kind === 'file' || origin.container === 'app',
      selectsFile: (name) => name !== 'not-this.log',
    });
    node.put(`${POD}/app/0.log`, `${POD}/sidecar/0.log`, `${LOGS}/this.log`, `${LOGS}/not-this.log`);
    await node.pass();
    expect(node.sweep()).toEqual(['file/this.log: this.log', 'u1/app/0: 0.log']);
  });

  it('finds a pods directory by the links that lead there', async () => {
    const node = new NodeDirectories({ podsDirectories: [] });
    node.put('/data/pods/shop_web-0_u1/app/0.log');
    node.link('/data/pods/shop_web-0_u1/app/0.log', `${LOGS}/web-0_shop_app-${ID}.log`);
    await node.pass();
    expect(node.sweep()).toEqual(['u1/app/0: 0.log']);
    expect([...node.survey.podsDirectories]).toEqual(['/data/pods']);
  });

  it('takes a directory for logs and pods at once, if it is given one', async () => {
    const node = new NodeDirectories({ logsDirectory: PODS, podsDirectories: [] });
    node.put(`${POD}/app/0.log`, `${PODS}/plain.log`);
    await node.pass();
    expect(node.sweep()).toEqual(['file/plain.log: plain.log', 'u1/app/0: 0.log']);
  });
});

describe('links', () => {
  it('and their target are one stream', async () => {
    const node = new NodeDirectories();
    node.put(`${POD}/app/0.log`, `${LOGS}/real.log`);
    node.link(`${POD}/app/0.log`, `${LOGS}/web-0_shop_app-${ID}.log`);
    node.link(`${LOGS}/real.log`, `${LOGS}/alias.log`);
    await node.pass();
    expect(node.sweep()).toEqual(['file/real.log: real.log', 'u1/app/0: 0.log']);
  });

  it('lead to files elsewhere, under the name of the link, with the generations there', async () => {
    const node = new NodeDirectories();
    node.put('/srv/app/out.log', '/srv/app/out.log.1', '/srv/app/other.log');
    node.link('/srv/app/out.log', `${LOGS}/app.log`);
    await node.pass();
    expect(node.sweep()).toEqual(['file/app.log: out.log out.log.1']);
  });

  it('lead on from the pods directory to the files of Docker', async () => {
    const node = new NodeDirectories();
    const docker = `/var/lib/docker/containers/${ID}`;
    node.put(`${docker}/${ID}-json.log`, `${docker}/${ID}-json.log.1`, `${docker}/config.json`);
    node.link(`${docker}/${ID}-json.log`, `${POD}/app/0.log`);
    node.link(`${POD}/app/0.log`, `${LOGS}/web-0_shop_app-${ID}.log`);
    await node.pass();
    expect(node.sweep()).toEqual([`u1/app/0: ${ID}-json.log ${ID}-json.log.1`]);
  });

  it('are followed anew when they are retargeted: the old target is gone, the new one is there', async () => {
    const node = new NodeDirectories();
    node.put('/srv/one/a.log', '/srv/two/b.log');
    node.link('/srv/one/a.log', `${LOGS}/app.log`);
    await node.pass();
    expect(node.sweep()).toEqual(['file/app.log: a.log']);
    await node.pass();
    node.world.disk.unlink(`${LOGS}/app.log`);
    node.link('/srv/two/b.log', `${LOGS}/app.log`);
    // In either order: the old place is another directory than the new one.
    expect(node.sweep().toSorted()).toEqual(['file/app.log: b.log', 'file/app.log: gone']);
  });

  it('that dangle give a stream once there is something', async () => {
    const node = new NodeDirectories();
    node.link('/srv/app/out.log', `${LOGS}/app.log`);
    await node.pass();
    expect(node.sweep()).toEqual([]);
    await node.pass();
    node.put('/srv/app/out.log');
    expect(node.sweep()).toEqual(['file/app.log: out.log']);
  });

  it('that lead in circles lead nowhere, and stop nothing', async () => {
    const node = new NodeDirectories();
    node.link(`${LOGS}/b.log`, `${LOGS}/a.log`);
    node.link(`${LOGS}/a.log`, `${LOGS}/b.log`);
    node.put(`${LOGS}/c.log`);
    await node.pass();
    expect(node.sweep()).toEqual(['file/c.log: c.log']);
  });

  it('tell a container id later: the stream gets a new origin under its old key', async () => {
    const node = new NodeDirectories();
    node.put(`${POD}/app/0.log`);
    await node.pass();
    expect(node.sightings()).toMatchObject([{ key: 'u1/app/0', origin: { containerId: '' } }]);
    await node.pass();
    node.link(`${POD}/app/0.log`, `${LOGS}/web-0_shop_app-${ID}.log`);
    expect(node.sightings()).toMatchObject([{ key: 'u1/app/0', origin: { containerId: ID } }]);
  });

  it('may be removed while their target lives: the stream goes on under its key', async () => {
    const node = new NodeDirectories();
    node.put(`${POD}/app/0.log`);
    node.link(`${POD}/app/0.log`, `${LOGS}/web-0_shop_app-${ID}.log`);
    await node.pass();
    node.sweep();
    await node.pass();
    node.world.disk.unlink(`${LOGS}/web-0_shop_app-${ID}.log`);
    node.put(`${POD}/app/0.log.20261120-201953`);
    expect(node.sweep()).toEqual(['u1/app/0: 0.log 0.log.20261120-201953']);
  });

  it('of Docker that vanish with their directory are forgotten with it', async () => {
    const node = new NodeDirectories();
    node.put(`/docker/${ID}/${ID}-json.log`);
    node.link(`/docker/${ID}/${ID}-json.log`, `${POD}/app/0.log`);
    await node.pass();
    expect(node.sweep()).toEqual([`u1/app/0: ${ID}-json.log`]);
    await node.pass();
    node.world.disk.removeTree(POD);
    expect(node.sweep()).toEqual(['u1/app/0: gone']);
    node.read();
    await node.pass();
    expect(node.sweep()).toEqual([]);
    expect(node.calls.filter((call) => call.includes('/docker'))).toEqual([]);
  });
});
