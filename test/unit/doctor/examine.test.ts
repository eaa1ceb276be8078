import { describe, expect, it } from 'vitest';
import { SickNode } from './patient.ts';

const RIGHTS =
  'run birler as root, or with the capability DAC_READ_SEARCH, or in the group that owns the files (docs/operating.md)';

/** The only complaint, or all of them. */
const complaint = async (node: SickNode): Promise<string> => (await node.complaints()).join('\n');

describe('a doctor', () => {
  it('finds nothing on a node in good health, and says what it has looked at', async () => {
    const node = new SickNode();
    node.joinCluster();
    const findings = await node.examined();
    expect(findings.filter(({ level }) => level !== 'ok')).toEqual([]);
    expect(findings.map(({ subject, message }) => `${subject}: ${message}`)).toEqual([
      'logs directory: /var/log/containers can be read',
      'pods directory: /var/log/pods can be read',
      'links: all 1 lead to a file',
      'log files: all 2 can be opened',
      'inotify: 65536 watches for 3 directories, 512 instances',
      'file descriptors: 1048576 may be open; limits.open_files is 4096',
      'clock: 2026-11-20T20:19:53.000Z, and the newest line is 0 s old',
      'state directory: /var/lib/birler can be written to',
      'state directory: 5.0 GiB are free (ext4)',
      'state directory: no agent is using it',
      'Kubernetes: https://10.0.0.1:6443 lists the pods of node-1',
      'output stdout: goes to standard output',
      'running agent: http://127.0.0.1:7780 is ready',
    ]);
  });

  it('leaves nothing behind', async () => {
    const node = new SickNode();
    node.yaml += 'outputs: [{type: file, path: /out/all.jsonl}]\n';
    await node.examined();
    const again = await node.examined();
    expect(again.map(({ message }) => message)).toContain('no agent is using it');
    expect(node.world.disk.names('/out')).toEqual([]);
    expect(node.world.disk.names('/var/lib/birler').filter((name) => name.includes('doctor'))).toEqual([]);
  });

  it('tells what the others found if one stumbles', async () => {
    const node = new SickNode();
    node.faults.fail = (call, path) => (call === 'look' && path.endsWith('.log') ? 'EIO' : undefined);
    expect(await node.examined()).toContainEqual(
      expect.objectContaining({ subject: 'output stdout', level: 'ok' }),
    );
  });
});

describe('directories', () => {
  it('are missing, or are no directories', async () => {
    const node = new SickNode();
    node.world.disk.removeTree('/var/log/containers');
    expect(await complaint(node)).toMatch(
      /^fail logs directory: \/var\/log\/containers does not exist -> in a container, mount/,
    );
    node.write('/var/log/containers', 'a file');
    expect(await complaint(node)).toMatch(/^fail logs directory: \/var\/log\/containers is no directory/);
  });

  it('cannot be read', async () => {
    const node = new SickNode();
    node.faults.fail = (call, path) => (call === 'list' && path === '/var/log/pods' ? 'EACCES' : undefined);
    expect(await node.complaints()).toEqual([
      `fail pods directory: /var/log/pods cannot be read (EACCES) -> ${RIGHTS}`,
      `fail log files: 1 directories cannot be read (EACCES), for example /var/log/pods -> ${RIGHTS}`,
    ]);
  });

  it('hold links that lead nowhere: some, or all', async () => {
    const node = new SickNode();
    node.world.disk.symlink('/var/log/pods/gone/app/0.log', '/var/log/containers/gone.log');
    expect(await complaint(node)).toMatch(
      /^warn links: 1 of 2 lead nowhere, for example \/var\/log\/containers\/gone.log -> mount what they lead to/,
    );
    node.world.disk.removeTree('/var/log/pods');
    expect(await complaint(node)).toMatch(/^fail links: 2 of 2 lead nowhere/m);
  });

  it('hold files that may not be opened', async () => {
    const node = new SickNode();
    const path = node.container('db-0');
    node.faults.fail = (call, at) => (call === 'open' && at === path ? 'EACCES' : undefined);
    expect(await complaint(node)).toBe(
      `fail log files: 1 of 4 may not be opened, for example ${path} -> ${RIGHTS}`,
    );
  });

  it('are empty', async () => {
    const node = new SickNode();
    node.world.disk.removeTree('/var/log/pods/shop_web-0_uid-web-0');
    node.world.disk.unlink(`/var/log/containers/web-0_shop_app-${'c'.repeat(64)}.log`);
    expect(await complaint(node)).toMatch(/^warn log files: there are none/);
  });
});

describe('limits', () => {
  it('of inotify are too low for the directories, or for other programs', async () => {
    const node = new SickNode();
    for (let at = 0; at < 20; at++) node.container(`web-${at + 1}`);
    node.world.disk.unlink('/proc/sys/fs/inotify/max_user_watches');
    node.write('/proc/sys/fs/inotify/max_user_watches', '80\n');
    expect(await complaint(node)).toMatch(
      /^warn inotify: 80 watches .* 43 directories with logs -> raise fs.inotify.max_user_watches to 65536/,
    );
    node.yaml = node.yaml.replace('containers}', 'containers, watch: off}');
    expect(await complaint(node)).toBe('');
  });

  it('of instances are few', async () => {
    const node = new SickNode();
    node.world.disk.unlink('/proc/sys/fs/inotify/max_user_instances');
    node.write('/proc/sys/fs/inotify/max_user_instances', '8\n');
    expect(await complaint(node)).toMatch(
      /^warn inotify: only 8 instances .* raise fs.inotify.max_user_instances to 512/,
    );
  });

  it('of descriptors are below what the configuration wants', async () => {
    const node = new SickNode();
    node.mostDescriptors = 1_024;
    expect(await complaint(node)).toMatch(
      /^warn file descriptors: 1024 may be open; limits.open_files is 4096 -> raise the limit to 4224 .* lower limits.open_files to 896$/,
    );
    node.mostDescriptors = 64;
    expect(await complaint(node)).toMatch(/^fail file descriptors/);
    node.mostDescriptors = undefined;
    expect(await complaint(node)).toBe('');
  });
});

describe('the clock', () => {
  it('is behind the newest line', async () => {
    const node = new SickNode();
    node.container('new-0', '2026-11-20T21:19:53Z');
    expect(await complaint(node)).toMatch(
      /^warn clock: the newest line of .*new-0.* is 1h 0m ahead of the clock/,
    );
  });

  it('is another than the one of the lines', async () => {
    const node = new SickNode();
    node.world.disk.removeTree('/var/log/pods/shop_web-0_uid-web-0');
    node.world.disk.unlink(`/var/log/containers/web-0_shop_app-${'c'.repeat(64)}.log`);
    node.container('old-0', '2026-11-20T18:19:53Z');
    expect(await complaint(node)).toMatch(
      /^warn clock: .*old-0.* says another time than its file: 2h 0m apart/,
    );
  });

  it('is compared with the last line of a file, not with the first', async () => {
    const node = new SickNode();
    const path = node.container('old-0', '2026-11-20T20:19:52Z');
    const inode = node.world.disk.inodeAt(path);
    if (inode === undefined) throw new Error('there is a log');
    node.world.disk.append(inode, Buffer.from('2026-11-20T23:19:53Z stdout F later\n'));
    expect(await complaint(node)).toMatch(/^warn clock: the newest line of .*old-0.* is 3h 0m ahead/);
  });

  it('was never set', async () => {
    const node = new SickNode();
    node.world.clock.stepWall(-Date.UTC(2026, 10, 1));
    expect(await complaint(node)).toMatch(/^fail clock: it says 1970-01-20/);
  });
});

describe('the state directory', () => {
  it('will be made, or cannot be', async () => {
    const node = new SickNode();
    node.yaml = node.yaml.replace('/var/lib/birler', '/var/lib/birler/deep/down');
    expect(await node.examined()).toContainEqual({
      subject: 'state directory',
      level: 'ok',
      message: '/var/lib/birler/deep/down will be made in /var/lib/birler',
      advice: '',
    });
    node.faults.fail = (call) => (call === 'openForWriting' ? 'EROFS' : undefined);
    expect(await complaint(node)).toMatch(
      /^fail state directory: \/var\/lib\/birler cannot be written to \(EROFS\) -> let birler write there/,
    );
  });

  it('is full', async () => {
    const node = new SickNode();
    node.faults.fail = (call) => (call === 'write' ? 'ENOSPC' : undefined);
    expect(await complaint(node)).toMatch(/cannot be written to \(ENOSPC\) -> free some space there/);
  });

  it.each([
    ['memory', 'tmpfs', 'it lies in memory (tmpfs): positions are gone after a restart of the node'],
    ['layer', 'overlay', 'it lies in the container (overlay): positions are gone with it'],
    ['network', 'nfs', 'it lies on the network (nfs): locks may not hold'],
  ] as const)('lies where it should not: in %s', async (nature, kind, message) => {
    const node = new SickNode();
    node.fileSystem = { ...node.fileSystem, nature, kind };
    expect(await node.complaints()).toContainEqual(
      expect.stringContaining(`warn state directory: ${message}`),
    );
  });

  it('has little room', async () => {
    const node = new SickNode();
    node.fileSystem = { ...node.fileSystem, freeBytes: 1024 ** 2, freeInodes: 3 };
    expect(await node.complaints()).toEqual([
      'warn state directory: only 1.0 MiB are free (ext4) -> free some space there',
      'warn state directory: only 3 inodes are free (ext4) -> remove files there',
    ]);
  });

  it('is held by an agent, which is right, unless that does not answer', async () => {
    const node = new SickNode();
    const lock = node.world.start().system.files.lock('/var/lib/birler');
    const told = (await node.examined()).map(({ level, message }) => `${level} ${message}`);
    expect(told).toContainEqual(expect.stringMatching(/^ok an agent is using it/));
    node.answers.set('http://127.0.0.1:7780/', new Error('ECONNREFUSED'));
    expect(await complaint(node)).toBe(
      'warn running agent: none answers at http://127.0.0.1:7780: ECONNREFUSED -> but one uses the state directory: see its http.listen, and what it says on stderr',
    );
    lock?.release();
    expect(await complaint(node)).toBe('');
  });
});

describe('Kubernetes', () => {
  it('is asked for the pods of this node only, with the token, over the certificate of the cluster', async () => {
    const node = new SickNode();
    node.joinCluster();
    await node.examined();
    expect(node.asked.filter(({ url }) => url.startsWith('https:'))).toEqual([
      {
        url: 'https://10.0.0.1:6443/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1&limit=1',
        question: {
          headers: { authorization: 'Bearer secret-token', accept: 'application/json' },
          ca: 'the certificate',
          isUnverified: false,
        },
      },
    ]);
  });

  it.each([
    [{ status: 401, body: '' }, /^fail .* does not accept the token \(401\)/],
    [{ status: 403, body: '' }, /^fail .* list the pods of node-1 \(403\) -> bind the ClusterRole/],
    [{ status: 500, body: '' }, /^warn .* answers 500/],
    [systemError('ECONNREFUSED'), /^fail .*ECONNREFUSED.* -> see whether a NetworkPolicy/],
    [systemError('ENOTFOUND'), /^fail .* -> the name does not resolve/],
    [systemError('SELF_SIGNED_CERT_IN_CHAIN'), /^fail .* -> the server's certificate is not signed by/],
    [systemError('ERR_TLS_CERT_ALTNAME_INVALID'), /^fail .* -> the server's certificate is not signed by/],
  ])('answers %o', async (answer, what) => {
    const node = new SickNode();
    node.joinCluster();
    node.answers.set('https://10.0.0.1:6443/', answer);
    const told = await complaint(node);
    expect(told).toMatch(what);
    expect(told).toMatch(/Kubernetes: /);
    expect(told).not.toContain('secret-token');
  });

  it('is not asked where nobody wants it, or there is no cluster', async () => {
    const node = new SickNode();
    const told = async (): Promise<string> =>
      (await node.examined()).find(({ subject }) => subject === 'Kubernetes')?.message ?? '';
    expect(await told()).toMatch(/^this is no cluster/);
    node.joinCluster();
    node.yaml += 'kubernetes: {source: off}\n';
    expect(await told()).toMatch(/^not asked \(kubernetes.source: off\)/);
    expect(node.asked.filter(({ url }) => url.startsWith('https:'))).toEqual([]);
  });

  it('is asked through the kubelet where that is the source', async () => {
    const node = new SickNode();
    node.joinCluster();
    node.variables['NODE_IP'] = '10.9.8.7';
    node.yaml += 'kubernetes: {source: kubelet, kubelet: {verify: false}}\n';
    node.answers.set('https://10.9.8.7:10250/pods', { status: 200, body: '{}' });
    expect(await complaint(node)).toBe('');
    expect(node.asked.map(({ question }) => question.isUnverified)).toContain(true);
    node.answers.set('https://10.9.8.7:10250/pods', systemError('DEPTH_ZERO_SELF_SIGNED_CERT'));
    expect(await complaint(node)).toMatch(
      /^fail Kubernetes: .* -> the kubelet's certificate is not signed by/,
    );
    node.answers.set('https://10.9.8.7:10250/pods', { status: 403, body: '' });
    expect(await complaint(node)).toMatch(/^fail Kubernetes: .* \(403\) -> let its ClusterRole get nodes/);
  });

  it('gave the pod no account, or birler not its node', async () => {
    const node = new SickNode();
    node.joinCluster();
    node.world.disk.unlink('/var/run/secrets/kubernetes.io/serviceaccount/token');
    expect(await complaint(node)).toMatch(
      /^fail Kubernetes: .*\/token is missing or empty -> let the pod have/,
    );
    node.write('/var/run/secrets/kubernetes.io/serviceaccount/token', 'x');
    node.variables['NODE_NAME'] = '';
    expect(await complaint(node)).toMatch(/^warn Kubernetes: the name of this node is not known/);
  });
});

describe('outputs', () => {
  it('can be made or written to, with room, or cannot', async () => {
    const node = new SickNode();
    node.yaml +=
      'outputs: [{type: file, path: /out/a/b.jsonl, name: a}, {type: file, path: /out, name: b}]\n';
    expect(await complaint(node)).toBe('fail output b: /out is a directory -> name a file in it');
    node.yaml = node.yaml.replace(', {type: file, path: /out, name: b}', '');
    node.fileSystem = { ...node.fileSystem, freeBytes: 100 * 1024 ** 2 };
    expect(await complaint(node)).toMatch(
      /^warn output a: \/out\/a\/b.jsonl can be written to, 100 MiB are free \(ext4\) -> make room/,
    );
    node.faults.fail = (call, path) =>
      call === 'openForWriting' && path.startsWith('/out') ? 'EACCES' : undefined;
    expect(await complaint(node)).toBe(
      'fail output a: /out cannot be written to (EACCES) -> let birler write there, or name another path',
    );
    node.write('/out/a/b.jsonl', '');
    expect(await complaint(node)).toMatch(
      /^fail output a: \/out\/a\/b.jsonl cannot be written to \(EACCES\)/,
    );
  });
});

describe('the agent that runs', () => {
  it('is not ready, or is another program', async () => {
    const node = new SickNode();
    node.answers.set('http://127.0.0.1:7780/', { status: 503, body: 'not ready: the disk is full\n' });
    expect(await complaint(node)).toBe(
      'warn running agent: http://127.0.0.1:7780 is not ready: the disk is full -> see what it says on stderr',
    );
    node.answers.set('http://127.0.0.1:7780/', { status: 404, body: '' });
    expect(await complaint(node)).toMatch(/answers 404, which is not birler -> another program has the port/);
  });

  it('is asked at loopback where it listens everywhere, and not where nobody knows the port', async () => {
    const node = new SickNode();
    node.answers.set('http://', { status: 200, body: 'ok\n' });
    const { yaml } = node;
    for (const [listen, url] of [
      ['"0.0.0.0:80"', 'http://127.0.0.1:80/readyz'],
      ['"[::]:80"', 'http://[::1]:80/readyz'],
      ['"[fe80::1]:80"', 'http://[fe80::1]:80/readyz'],
    ]) {
      node.yaml = `${yaml}http: {listen: ${listen}}\n`;
      expect(await complaint(node)).toBe('');
      expect(node.asked.at(-1)?.url).toBe(url);
    }
    const count = node.asked.length;
    for (const listen of ['off', '"127.0.0.1:0"']) {
      node.yaml = `${yaml}http: {listen: ${listen}}\n`;
      expect(await complaint(node)).toBe('');
    }
    expect(node.asked).toHaveLength(count);
  });
});

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: refused`), { code });
}
