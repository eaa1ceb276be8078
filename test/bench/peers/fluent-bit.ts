import { writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Peer, PeerPlace } from './peer.ts';

/** Leaves the time as it stands: the built-in parser for CRI converts it. Expressions that say more take the same CPU. */
const LINE = '^(?<time>[^ ]+) (?<stream>[^ ]+) [^ ]+ (?<log>.*)$';
/** Joining needs the tag as a field, and it stays in the record. */
const TAGGED_LINE = '^(?<time>[^ ]+) (?<stream>[^ ]+) (?<_p>[^ ]+) (?<log>.*)$';

/** The built-in joining of CRI lines has one timer of four seconds, and cuts a record short whose pieces still come in then. */
const JOINING = `multiline_parsers:
  - name: cri_pieces
    type: equal
    match_string: F
    key_content: log
    key_pattern: _p
    key_group: stream
    parser: cri_line
    flush_timeout: 3600000
`;

interface Job {
  readonly note: string;
  readonly joins: boolean;
  /** Fields of the input and filters behind it, which say where a line comes from. */
  readonly origin: (place: PeerPlace) => { readonly input: string; readonly filters: string };
}

const FILE_NAME = { input: '      path_key: file\n', filters: '' };

/** Names from the tag, without the API server that the filter asks otherwise. */
const kubernetesFields = ({ logs }: PeerPlace): { input: string; filters: string } => ({
  input: '',
  filters: `  filters:
    - name: kubernetes
      match: '*'
      use_tag_for_meta: true
      kube_tag_prefix: kube${logs.replaceAll('/', '.')}.
`,
});

/**
 * Large reads, no position database, no \u escapes, and an end at the end of the file. Flushing often keeps an input that has
 * filled its share of memory from waiting. An input thread of its own takes the same CPU.
 */
const fluentBit = ({ note, joins, origin }: Job): Peer => ({
  program: 'fluent-bit',
  note,
  prepare: (place) => {
    const file = join(place.directory, 'fluent-bit.yaml');
    const { input, filters } = origin(place);
    writeFileSync(
      file,
      `service:
  flush: 0.2
  grace: 10
  log_level: error
  json.escape_unicode: false
parsers:
  - name: cri_line
    format: regex
    regex: '${joins ? TAGGED_LINE : LINE}'
${joins ? JOINING : ''}pipeline:
  inputs:
    - name: tail
      path: ${place.logs}/*.log
      tag: kube.*
      ${joins ? 'multiline.parser: cri_pieces' : 'parser: cri_line'}
      read_from_head: true
      exit_on_eof: true
      buffer_chunk_size: 512k
      buffer_max_size: 4M
      mem_buf_limit: 64M
${input}${filters}  outputs:
    - name: file
      match: '*'
      path: ${dirname(place.output)}
      file: ${basename(place.output)}
      format: plain
`,
    );
    return ['-c', file];
  },
});

/** From the quickest to that which does what we do. */
export const FLUENT_BITS: readonly Peer[] = [
  fluentBit({
    note: 'does not join partial lines; the file name in the place of Kubernetes fields',
    joins: false,
    origin: () => FILE_NAME,
  }),
  fluentBit({
    note: 'joins partial lines; the file name in the place of Kubernetes fields',
    joins: true,
    origin: () => FILE_NAME,
  }),
  fluentBit({
    note: 'joins partial lines; Kubernetes fields from the file name',
    joins: true,
    origin: kubernetesFields,
  }),
];
