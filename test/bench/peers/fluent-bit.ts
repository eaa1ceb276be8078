import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Peer } from './peer.ts';

/** Larger buffers than the defaults, no position database, and an end at the end of the files. */
export const FLUENT_BIT: Peer = {
  program: 'fluent-bit',
  note: 'joins partial lines; no Kubernetes fields (its filter needs an API server)',
  prepare: ({ directory, logs, output }) => {
    const file = join(directory, 'fluent-bit.yaml');
    writeFileSync(
      file,
      `service:
  flush: 1
  grace: 10
  log_level: error
pipeline:
  inputs:
    - name: tail
      path: ${logs}/*.log
      multiline.parser: cri
      tag: kube.*
      read_from_head: true
      exit_on_eof: true
      buffer_chunk_size: 512k
      buffer_max_size: 4M
  outputs:
    - name: file
      match: '*'
      path: ${dirname(output)}
      file: ${output.slice(dirname(output).length + 1)}
      format: plain
`,
    );
    return ['-c', file];
  },
};
