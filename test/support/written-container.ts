import { statSync } from 'node:fs';
import { Account } from './account.ts';
import { CriWriter, type CriWriterOptions } from './cri-writer.ts';
import {
  type Rotation,
  type RotationOptions,
  removeContainerLogs,
  rotateAsKubelet,
} from './kubelet-rotation.ts';
import type { TempContainer } from './temp-node.ts';

/** A container that runs: its log, its link, and somebody who writes and remembers. */
export class WrittenContainer implements Disposable {
  readonly container: TempContainer;
  readonly account: Account;
  readonly writer: CriWriter;

  constructor(container: TempContainer, options?: CriWriterOptions) {
    this.container = container;
    this.account = new Account(container.key);
    this.writer = new CriWriter(container.log, this.account, options);
    container.link();
  }

  write(count: number): this {
    this.writer.write(count);
    return this;
  }

  /** Of the live file. */
  get sizeBytes(): number {
    return statSync(this.container.log).size;
  }

  rotate(options: Partial<RotationOptions> = {}): Promise<Rotation> {
    return rotateAsKubelet(this.container.log, { reopen: () => this.writer.reopen(), ...options });
  }

  /** The container has ended and the kubelet removes its files. */
  removeFiles(): void {
    removeContainerLogs(this.container.log, this.container.linkPath);
  }

  [Symbol.dispose](): void {
    this.writer[Symbol.dispose]();
  }
}
