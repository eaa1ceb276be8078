/** CRI: the line begins with it. Docker: `"time":"…"` at the end of the line. */
const CRI_TIME = /^\0*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*) std(?:out|err) /;
const DOCKER_TIME = /"time":"([^"\\]+)"\}/;

/** When a generation's first record was written, in ms, from its first bytes; NaN if they do not tell. */
export const firstTimeMs = (head: Uint8Array): number => {
  const text = Buffer.from(head.buffer, head.byteOffset, head.length).toString('latin1');
  const line = text.split('\n', 1)[0] ?? '';
  const time = CRI_TIME.exec(line)?.[1] ?? (line.startsWith('{"') ? DOCKER_TIME.exec(line)?.[1] : undefined);
  return time === undefined ? Number.NaN : Date.parse(time);
};
