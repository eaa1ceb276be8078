/** Where birler answers on HTTP; undefined in the configuration: nowhere. */
export interface HttpConfig {
  readonly host: string;
  /** 0: the system chooses one. */
  readonly port: number;
  /** Who may ask for /debug, where the logs themselves can be seen. */
  readonly debug: DebugAccess;
}

/** loopback: programs on the same machine (or in the same pod), and `kubectl port-forward`. */
export const DEBUG_ACCESS = ['loopback', 'all', 'off'] as const;
export type DebugAccess = (typeof DEBUG_ACCESS)[number];

const OCTET = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const PORT = '(?:6553[0-5]|655[0-2]\\d|65[0-4]\\d\\d|6[0-4]\\d{3}|[1-5]\\d{4}|\\d{1,4})';
/** An IPv4 address, localhost, or an IPv6 address in brackets; and a port. */
export const LISTEN = new RegExp(
  `^(?:off|(${OCTET}(?:\\.${OCTET}){3}|localhost|\\[[\\da-fA-F:.]{2,45}\\]):(${PORT}))$`,
);

/** @param listen fits LISTEN */
export const resolveHttp = (listen: string, debug: DebugAccess): HttpConfig | undefined => {
  const [, host, port] = LISTEN.exec(listen) ?? [];
  return host === undefined ? undefined : { host: host.replaceAll(/[[\]]/g, ''), port: Number(port), debug };
};
