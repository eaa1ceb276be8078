import { request } from 'node:http';
import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Default: 127.0.0.1. */
  readonly host?: string;
}

/** Asks once, over a connection of its own. Unlike fetch it lets a test choose the Host header. */
export const ask = (
  port: number,
  path: string,
  { method, headers, host }: Question = {},
): Promise<Answer> => {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const options = {
    host: host ?? '127.0.0.1',
    port,
    path,
    agent: false,
    method: method ?? 'GET',
    headers: { ...headers },
  };
  request(options, (response) => {
    let body = '';
    response
      .setEncoding('utf8')
      .on('data', (text: string) => {
        body += text;
      })
      .on('error', reject)
      .on('end', () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', body }),
      );
  })
    .on('error', reject)
    .end();
  return promise;
};

/** A connection that sends what no client would, and what came back so far. */
export class RawClient implements Disposable {
  readonly socket: Socket;
  received = '';
  isClosed = false;

  constructor(port: number, text: string) {
    this.socket = connect(port, '127.0.0.1')
      .setEncoding('latin1')
      .on('data', (data: string) => {
        this.received += data;
      })
      // However it ends: what matters is that it does.
      .on('error', () => undefined)
      .on('close', () => {
        this.isClosed = true;
      });
    this.socket.write(text);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
