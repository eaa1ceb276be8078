/**
 * The least that a log agent in Node can do: read every byte of the files that are named, and nothing else. Half of the
 * yardstick of the benchmark; the other half is `wc -l`.
 */
import { closeSync, openSync, readSync } from 'node:fs';

const buffer = Buffer.allocUnsafeSlow(256 * 1024);
for (const path of process.argv.slice(2)) {
  const file = openSync(path, 'r');
  for (let at = 0, read = -1; read !== 0; at += read) read = readSync(file, buffer, 0, buffer.length, at);
  closeSync(file);
}
