import { appendFileSync, writeFileSync } from 'node:fs';
import { type ConfigSections, configFlags } from './config-file.ts';
import { criLine } from './cri-writer.ts';
import { KubernetesApi, recorded } from './kubernetes-api.ts';
import { linesSoFar, type OutputLine } from './output-lines.ts';
import { type TempContainer, TempNode } from './temp-node.ts';
import { until } from './until.ts';

interface PodObject {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly name: string; readonly uid: string };
  readonly spec: object;
}

/** Of the recorded pods, one with several containers. */
const POD = 'gopanic-0';
const CONTAINER = 'panic';

/** A node with the log of one pod, and the API server that knows the pod: as it was recorded, and as a test changes it. */
export class KnownPod implements AsyncDisposable {
  readonly node: TempNode;
  readonly api: KubernetesApi;
  /** Its address, also while it is stopped. */
  readonly server: string;
  readonly container: TempContainer;
  #pod: PodObject;

  private constructor(api: KubernetesApi, node: TempNode, pod: PodObject) {
    this.api = api;
    this.server = api.url;
    this.node = node;
    this.#pod = pod;
    this.container = node
      .pod({ namespace: 'shop', name: pod.metadata.name, uid: pod.metadata.uid })
      .container(CONTAINER);
  }

  /** @param metadata what the pod has beside what was recorded, when it is listed */
  static async start(metadata: object = {}): Promise<KnownPod> {
    const node = new TempNode('birler-known');
    writeFileSync(node.dir.join('token'), 'one');
    const api = await KubernetesApi.start(node.dir.path);
    api.token = 'one';
    const list = JSON.parse(recorded('list-pods-node-a.json')) as { readonly items: readonly PodObject[] };
    const pod = list.items.find((each) => each.metadata.name === POD);
    if (pod === undefined) throw new Error(`${POD} was not recorded`);
    const known = new KnownPod(api, node, pod);
    known.#change(metadata);
    api.podList = JSON.stringify({ ...list, items: [known.#pod] });
    return known;
  }

  /** For a birler.yaml that asks this server; `sections.kubernetes` is added to what that takes. */
  flags(sections: ConfigSections = {}, ...more: readonly string[]): string[] {
    const { server, node } = this;
    const files = { token_file: node.dir.join('token'), ca_file: node.dir.join('ca.crt') };
    const kubernetes = { server, node: 'node-a', ...files, ...sections.kubernetes };
    return configFlags(node, { ...sections, kubernetes }, ...more);
  }

  /** The pod is changed while it lives: whoever watches is told. */
  async change(metadata: object): Promise<void> {
    this.#change(metadata);
    await until('somebody watches', () => this.api.watches.size > 0);
    this.api.send(JSON.stringify({ type: 'MODIFIED', object: this.#pod }));
  }

  /** A pod that is none of this node's, told of by a server that should not. */
  tellOfStranger(namespace: string): void {
    const metadata = { ...this.#pod.metadata, uid: 'of-node-b', name: 'stranger-0', namespace };
    const object = { ...this.#pod, metadata, spec: { ...this.#pod.spec, nodeName: 'node-b' } };
    this.api.send(JSON.stringify({ type: 'ADDED', object }));
  }

  /** As the runtime writes it, one message a line. */
  write(...messages: readonly string[]): void {
    for (const message of messages) appendFileSync(this.container.log, criLine('stdout', 'F', message));
  }

  /** What has come out so far. */
  lines(output = this.node.output): readonly OutputLine[] {
    return linesSoFar(output);
  }

  /**
   * Writes one message after the other until one of those comes out that `isWanted` holds for; each look is another message.
   *
   * @param prefix the messages are this with a number behind it
   */
  async writeUntil(prefix: string, isWanted: (line: OutputLine) => boolean, output?: string): Promise<void> {
    let count = 0;
    await until(`a message ${prefix} comes out as it should`, () => {
      this.write(`${prefix} ${count++}`);
      return this.lines(output).some((line) => line.log?.startsWith(`${prefix} `) === true && isWanted(line));
    });
  }

  #change(metadata: object): void {
    this.#pod = { ...this.#pod, metadata: { ...this.#pod.metadata, ...metadata } };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api.stop();
    this.node[Symbol.dispose]();
  }
}
