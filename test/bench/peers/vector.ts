import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from './peer.ts';

/** The plain file source: `kubernetes_logs` needs an API server. */
export const VECTOR: Peer = {
  program: 'vector',
  note: 'does not join partial lines; the file name in the place of Kubernetes fields',
  prepare: ({ directory, pods, output }) => {
    const file = join(directory, 'vector.yaml');
    writeFileSync(
      file,
      `data_dir: ${directory}
sources:
  logs:
    type: file
    include: ['${pods}/*/*/*.log']
    read_from: beginning
    max_line_bytes: 1048576
    max_read_bytes: 262144
    fingerprint: { strategy: device_and_inode }
transforms:
  cri:
    type: remap
    inputs: [logs]
    source: |
      line = string!(.message)
      . = { "time": slice!(line, 0, 30), "stream": slice!(line, 31, 37), "log": slice!(line, 40), "file": .file }
sinks:
  json:
    type: file
    inputs: [cri]
    path: ${output}
    encoding: { codec: json }
`,
    );
    return ['--quiet', '--config', file];
  },
};
