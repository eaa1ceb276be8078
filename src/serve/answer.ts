import type { IncomingMessage, ServerResponse } from 'node:http';

export const TEXT = 'text/plain; charset=utf-8';
export const JSON_TYPE = 'application/json';

/** A short answer, whole. */
export const answer = (
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
): void => {
  const bytes = Buffer.from(body);
  response.writeHead(status, {
    'content-type': type,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  response.end(request.method === 'HEAD' ? undefined : bytes);
};

/** Refuses, and hangs up: whoever sends nonsense need not be kept. */
export const refuse = (
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  why: string,
): void => {
  response.shouldKeepAlive = false;
  answer(request, response, status, TEXT, `${why}\n`);
};
