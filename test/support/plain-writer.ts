import { closeSync, openSync, writeSync } from 'node:fs';
import type { Account } from './account.ts';
import { type MessageKind, messageText } from './messages.ts';

/** A program that logs plain lines into a file of its own, one `write` a line. */
export class PlainWriter implements Disposable {
  readonly path: string;
  readonly account: Account;
  readonly #kind: MessageKind;
  #descriptor: number;

  constructor(path: string, account: Account, kind: MessageKind = 'plain') {
    this.path = path;
    this.account = account;
    this.#kind = kind;
    this.#descriptor = openSync(path, 'a');
  }

  write(count: number): void {
    for (let turn = 0; turn < count; turn++) {
      const text = messageText(this.#kind, this.account.count);
      this.account.add(text, writeSync(this.#descriptor, `${text}\n`));
    }
  }

  /** What a program does on SIGHUP after logrotate has moved its file. */
  reopen(): void {
    closeSync(this.#descriptor);
    this.#descriptor = openSync(this.path, 'a');
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}
