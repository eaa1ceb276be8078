import type { IncomingMessage } from 'node:http';
import type { Web, WebAnswer } from './web.ts';

/** Not by `import`: see serve/http-server.ts. */
const { get: getPlain } = process.getBuiltinModule('node:http');
const { get: getSecure } = process.getBuiltinModule('node:https');

const PATIENCE_MS = 5_000;
const MOST_BYTES = 64 * 1024;

export const realWeb: Web = {
  get: (url, { headers = {}, ca, isUnverified = false } = {}) => {
    const { promise, resolve, reject } = Promise.withResolvers<WebAnswer>();
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const take = (response: IncomingMessage): void => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      const end = (): void =>
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(pieces).toString() });
      response
        .on('data', (piece: Buffer) => {
          pieces.push(piece.subarray(0, MOST_BYTES - bytes));
          bytes += piece.length;
          if (bytes < MOST_BYTES) return;
          end();
          response.destroy();
        })
        .on('end', end)
        .on('error', reject);
    };
    const options = { headers, signal, agent: false } as const;
    const request = url.startsWith('https:')
      ? getSecure(
          url,
          { ...options, rejectUnauthorized: !isUnverified, ...(ca === undefined ? {} : { ca }) },
          take,
        )
      : getPlain(url, options, take);
    request.on('error', (error) =>
      reject(signal.aborted ? new Error(`no answer within ${PATIENCE_MS / 1000} s`) : error),
    );
    return promise;
  },
};
