import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const CORPUS = fileURLToPath(new URL('../fixtures/corpus', import.meta.url));

/** One container's log files, as a real writer left them. */
export interface CorpusLog {
  readonly writer: 'cri-containerd' | 'cri-conmon' | 'docker-json';
  /** `<namespace>_<pod>_<uid>`, or what the folder of the container is in. */
  readonly pod: string;
  readonly container: string;
  /** The live file, and the generations beside it. */
  readonly directory: string;
  readonly live: string;
}

/** Every log of the corpus. */
export function corpusLogs(): CorpusLog[] {
  const logs: CorpusLog[] = [];
  for (const writer of ['cri-containerd', 'cri-conmon', 'docker-json'] as const) {
    const names = readdirSync(join(CORPUS, writer), { recursive: true, encoding: 'utf8' });
    // A live file may have been packed to save space; a rotated one has more behind its `.log`.
    for (const name of names.filter((path) => /\.log(\.gz)?$/.test(path)).toSorted()) {
      const path = join(CORPUS, writer, name);
      if (!statSync(path).isFile()) continue;
      const directory = dirname(path);
      const live = basename(path).replace(/\.gz$/, '');
      logs.push({
        writer,
        pod: basename(dirname(directory)),
        container: basename(directory),
        directory,
        live,
      });
    }
  }
  return logs;
}

/** Lays a log and its generations into a directory, the live file unpacked, under another name if one is given. */
export function layOut(log: CorpusLog, directory: string, name = log.live): string {
  mkdirSync(directory, { recursive: true });
  for (const file of readdirSync(log.directory)) {
    const from = join(log.directory, file);
    if (file === `${log.live}.gz`) writeFileSync(join(directory, name), gunzipSync(readFileSync(from)));
    else if (file.startsWith(log.live)) copyFileSync(from, join(directory, file.replace(log.live, name)));
  }
  return join(directory, name);
}
