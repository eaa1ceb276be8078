import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { connect as connectSocket } from 'node:net';
import { type ContainerSpec, containerConfig, type SandboxNames, sandboxConfig } from './cri-messages.ts';
import { Fields, Message } from './protobuf.ts';

const GRPC_HEADER_BYTES = 5;

/** What containerd's ContainerState says of a container that has ended. */
const EXITED = 2;

/** Speaks to a container runtime as the kubelet does: gRPC over HTTP/2 on a unix socket, runtime.v1. */
export class CriClient implements AsyncDisposable {
  readonly #session: ClientHttp2Session;

  constructor(socketPath: string) {
    this.#session = connect('http://runtime', { createConnection: () => connectSocket(socketPath) });
    this.#session.on('error', () => undefined); // Each call in flight fails with it.
  }

  async runSandbox(names: SandboxNames): Promise<string> {
    const answer = await this.#call('RunPodSandbox', new Message({ 1: sandboxConfig(names) }));
    return answer.text(1);
  }

  async startContainer(sandboxId: string, names: SandboxNames, spec: ContainerSpec): Promise<string> {
    const request = new Message({ 1: sandboxId, 2: containerConfig(names, spec), 3: sandboxConfig(names) });
    const id = (await this.#call('CreateContainer', request)).text(1);
    await this.#call('StartContainer', new Message({ 1: id }));
    return id;
  }

  async reopenLog(containerId: string): Promise<void> {
    await this.#call('ReopenContainerLog', new Message({ 1: containerId }));
  }

  async hasExited(containerId: string): Promise<boolean> {
    return (await this.#status(containerId)).number(3) === EXITED;
  }

  /** What a container that has ended ended with. */
  async exitCode(containerId: string): Promise<number> {
    return (await this.#status(containerId)).number(7);
  }

  /** SIGTERM, and after so many seconds SIGKILL; resolves when it has ended. */
  async stopContainer(containerId: string, graceSeconds: number): Promise<void> {
    await this.#call('StopContainer', new Message({ 1: containerId, 2: graceSeconds }));
  }

  async removeContainer(containerId: string): Promise<void> {
    await this.stopContainer(containerId, 1);
    await this.#call('RemoveContainer', new Message({ 1: containerId }));
  }

  async removeSandbox(sandboxId: string): Promise<void> {
    await this.#call('StopPodSandbox', new Message({ 1: sandboxId }));
    await this.#call('RemovePodSandbox', new Message({ 1: sandboxId }));
  }

  async version(): Promise<string> {
    return (await this.#call('Version', new Message({}))).text(3);
  }

  async #status(containerId: string): Promise<Fields> {
    return (await this.#call('ContainerStatus', new Message({ 1: containerId }))).message(1);
  }

  async #call(method: string, request: Message): Promise<Fields> {
    const stream = this.#session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: `/runtime.v1.RuntimeService/${method}`,
      [constants.HTTP2_HEADER_CONTENT_TYPE]: 'application/grpc',
      te: 'trailers',
    });
    const status = { code: '', message: '' };
    const note = (headers: IncomingHttpHeaders): void => {
      status.code = headers['grpc-status']?.toString() ?? status.code;
      status.message = headers['grpc-message']?.toString() ?? status.message;
    };
    stream.on('response', note).on('trailers', note);
    stream.end(frame(request.encode()));
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    await once(stream, 'end');
    if (status.code !== '0')
      throw new Error(`${method}: ${status.code} ${decodeURIComponent(status.message)}`);
    return new Fields(Buffer.concat(chunks).subarray(GRPC_HEADER_BYTES));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#session.closed) return;
    const closed = once(this.#session, 'close');
    this.#session.close();
    await closed;
  }
}

/** One byte: not compressed. Four: the length. */
function frame(body: Buffer): Buffer {
  const header = Buffer.alloc(GRPC_HEADER_BYTES);
  header.writeUInt32BE(body.length, 1);
  return Buffer.concat([header, body]);
}
