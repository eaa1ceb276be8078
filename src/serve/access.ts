import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { DebugAccess } from '../config/http.ts';

/** Why a request is refused whatever it asks for: [status, reason]; undefined if it is not. */
export const misformed = ({ method, headers }: IncomingMessage): readonly [number, string] | undefined => {
  if (method !== 'GET' && method !== 'HEAD') return [405, 'only GET and HEAD'];
  if (headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0')
    return [413, 'a request has no body here'];
  return undefined;
};

/**
 * Why somebody may not see /debug, where the logs themselves are; undefined if he may.
 *
 * The Host header keeps web pages out: a page can have its own name resolve to 127.0.0.1, and its reader's browser then asks us
 * (DNS rebinding); but its requests carry that name. We are asked for by address, or as localhost.
 */
export const debugRefusal = (
  access: DebugAccess,
  { headers, socket }: IncomingMessage,
): string | undefined => {
  if (access === 'off') return '/debug is switched off (http.debug)';
  if (access === 'loopback' && !isLoopback(socket.remoteAddress ?? ''))
    return '/debug is for this machine only (http.debug: loopback); use kubectl port-forward or kubectl exec';
  if (headers.origin !== undefined || !isOwnHost(headers.host ?? ''))
    return '/debug is not for web pages: ask by IP address, or as localhost';
  return undefined;
};

const isLoopback = (address: string): boolean =>
  address === '::1' || /^(?:::ffff:)?127(?:\.\d{1,3}){3}$/.test(address);

const isOwnHost = (host: string): boolean => {
  const name = host.replace(/:\d{1,5}$/, '');
  return name === 'localhost' || isIP(name) === 4 || (/^\[.+\]$/.test(name) && isIP(name.slice(1, -1)) === 6);
};
