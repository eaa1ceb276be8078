import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peer.ts';

/** The greedy CSV parser is the quickest way to its four fields; large windows and batches. */
export const SYSLOG_NG: Peer = {
  program: 'syslog-ng',
  note: 'does not join partial lines; the file name in the place of Kubernetes fields',
  prepare: ({ directory, pods, output }) => {
    const file = join(directory, 'syslog-ng.conf');
    writeFileSync(
      file,
      `@version: current
options { log-msg-size(65536); flush-lines(1000); keep-hostname(yes); chain-hostnames(no); };
source logs {
  wildcard-file(base-dir("${pods}") filename-pattern("*.log") recursive(yes) flags(no-parse)
    follow-freq(1) max-files(1000) log-fetch-limit(10000) log-iw-size(10000000));
};
parser cri {
  csv-parser(columns("cri.time", "cri.stream", "cri.tag", "cri.log") delimiters(" ") flags(greedy));
};
destination json {
  file("${output}" template("$(format-json time=\\"\${cri.time}\\" stream=\\"\${cri.stream}\\" log=\\"\${cri.log}\\" file=\\"\${FILE_NAME}\\")\\n"));
};
log { source(logs); parser(cri); destination(json); };
`,
    );
    const place = (name: string): string => join(directory, name);
    return [
      ...['--foreground', '--no-caps', '--cfgfile', file],
      ...['--persist-file', place('persist'), '--pidfile', place('pid'), '--control', place('control')],
    ];
  },
};
