/** CRI: the line begins with it. Docker: `"time":"…"` at the end of the line. */
const CRI_TIME = /^\0*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) std(?:out|err) /;
const DOCKER_TIME = /"time":"([^"\\]+)"\}/;
/** Seconds, fraction, zone. */
const RFC3339 = /^([^.]{19})(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/**
 * When a generation's first record was written, in ns since 1970, from its first bytes; undefined if they do not tell. To the
 * nanosecond, because files can be rotated faster than Date.parse can tell apart.
 */
export const firstTimeNs = (head: Uint8Array): bigint | undefined => {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  const line = text.split('\n', 1)[0] ?? '';
  const time = CRI_TIME.exec(line)?.[1] ?? (line.startsWith('{"') ? DOCKER_TIME.exec(line)?.[1] : undefined);
  const [, seconds, fraction = '', zone] = RFC3339.exec(time ?? '') ?? [];
  const ms = seconds === undefined || zone === undefined ? Number.NaN : Date.parse(`${seconds}${zone}`);
  return Number.isNaN(ms) ? undefined : BigInt(ms) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
};

/** Like a comparison function; 0 where one of them is not known. */
export const compareTimes = (a: bigint | undefined, b: bigint | undefined): number => {
  if (a === undefined || b === undefined || a === b) return 0;
  return a < b ? -1 : 1;
};
