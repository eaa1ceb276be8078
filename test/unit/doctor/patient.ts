import { loadConfig } from '../../../src/config/load.ts';
import { examine } from '../../../src/doctor/examine.ts';
import type { Finding } from '../../../src/doctor/finding.ts';
import type { FileSystem, Machine } from '../../../src/system/machine.ts';
import type { WebAnswer, WebQuestion } from '../../../src/system/web.ts';
import type { Faults } from '../../support/fake-process.ts';
import { FakeWorld } from '../../support/fake-system.ts';
import { surroundings } from '../../support/surroundings.ts';
import { scrapeOf, snapshot } from '../serve/fake-snapshot.ts';

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';
const DISK: FileSystem = { kind: 'ext4', nature: 'disk', freeBytes: 5 * 1024 ** 3, freeInodes: 1e6 };

/** A node in good health, that a test can make ill. */
export class SickNode {
  readonly faults: Faults = {};
  readonly world = new FakeWorld({ faults: this.faults });
  fileSystem: FileSystem = DISK;
  mostDescriptors: number | undefined = 1_048_576;
  variables: Record<string, string> = {};
  yaml = 'sources: {logs: /var/log/containers}\nstate: {directory: /var/lib/birler}\n';
  /** What servers answer, by the beginning of the URL. */
  readonly answers = new Map<string, WebAnswer | Error>();
  readonly asked: { readonly url: string; readonly question: WebQuestion }[] = [];

  constructor() {
    const { disk } = this.world;
    for (const directory of ['/var/log/containers', '/var/log/pods', '/var/lib/birler', '/out'])
      disk.makeDirectory(directory);
    this.write('/proc/sys/fs/inotify/max_user_watches', '65536\n');
    this.write('/proc/sys/fs/inotify/max_user_instances', '512\n');
    this.container('web-0');
    this.answers.set('http://127.0.0.1:7780/', { status: 200, body: 'ok\n' });
  }

  write(path: string, text: string): void {
    const { disk } = this.world;
    disk.makeDirectory(path.slice(0, path.lastIndexOf('/')));
    const inode = disk.create(path);
    disk.append(inode, Buffer.from(text));
  }

  /** A container's log, a line of which was written just now, and its link. */
  container(pod: string, time = new Date(this.world.clock.wall).toISOString()): string {
    const path = `/var/log/pods/shop_${pod}_uid-${pod}/app/0.log`;
    this.write(path, `${time} stdout F hello\n`);
    this.world.disk.symlink(path, `/var/log/containers/${pod}_shop_app-${'c'.repeat(64)}.log`);
    return path;
  }

  /** The pod that birler runs in has what pods have. */
  joinCluster(): void {
    this.variables = {
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      KUBERNETES_SERVICE_PORT: '6443',
      NODE_NAME: 'node-1',
    };
    this.write(`${ACCOUNT}/token`, 'secret-token\n');
    this.write(`${ACCOUNT}/ca.crt`, 'the certificate\n');
    this.answers.set('https://10.0.0.1:6443/', { status: 200, body: '{}' });
  }

  async examined(): Promise<readonly Finding[]> {
    const { system } = this.world.start();
    const config = loadConfig(
      { name: 'birler.yaml', text: this.yaml },
      {},
      surroundings({ variables: this.variables }),
    );
    const machine: Machine = {
      usage: () => ({ ...scrapeOf(snapshot()).process, mostDescriptors: this.mostDescriptors }),
      fileSystemOf: () => Promise.resolve(this.fileSystem),
    };
    const web = {
      get: async (url: string, question: WebQuestion = {}) => {
        this.asked.push({ url, question });
        const answer = [...this.answers].find(([start]) => url.startsWith(start))?.[1];
        if (answer === undefined || answer instanceof Error) throw answer ?? new Error('ECONNREFUSED');
        return answer;
      },
    };
    const { files, clock } = system;
    const findings = examine({ config, files, clock, machine, web, pid: 7 });
    await this.world.clock.settle();
    return findings;
  }

  /** What is not ok: `subject: message -> advice`. */
  async complaints(): Promise<readonly string[]> {
    return (await this.examined())
      .filter(({ level }) => level !== 'ok')
      .map(({ subject, level, message, advice }) => `${level} ${subject}: ${message} -> ${advice}`);
  }
}
