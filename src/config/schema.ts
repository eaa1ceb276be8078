import * as z from 'zod';
import { KERNEL_CHOICES } from '../core/kernel.ts';
import { parseLabelSelector } from '../enrich/label-selector.ts';
import { LOG_LEVELS, ON_EXCESS, OWN_LOGS, RELOAD, START_AT, WATCH } from './config.ts';
import { httpSchema } from './http-schema.ts';
import { kubernetesSection } from './kubernetes-schema.ts';
import { multilineSchema } from './multiline-schema.ts';
import { boolean, choice, decidedLater, duration, integer, list, section, size, text } from './options.ts';
import { outputsSchema } from './output-schema.ts';
import { transformsSchema } from './transform-schema.ts';

/**
 * birler.yaml, option by option: what may stand there, in which unit, between which bounds, and what it is when it is
 * left out. docs/reference is generated from this file; `resolve.ts` turns what comes out of it into a `Config`.
 */
const glob = (what: string, example: string) => text({ description: `Glob for the ${what}.`, example });

const selector = (what: string, example: string) =>
  text({
    description: `Label selector for the ${what}; values may be globs. Holds only once the pod is known.`,
    example,
    problemOf: (written) => {
      const parsed = parseLabelSelector(written);
      return parsed.kind === 'problem' ? parsed.problem : undefined;
    },
  });

const containerRule = z
  .strictObject({
    namespace: decidedLater(glob('namespace', 'kube-*'), 'any'),
    pod: decidedLater(glob("pod's name", 'web-*'), 'any'),
    container: decidedLater(glob("container's name", 'istio-proxy'), 'any'),
    labels: decidedLater(selector("pod's labels", 'app in (web, api), tier!=cache'), 'any'),
    annotations: decidedLater(selector("pod's annotations", 'example.com/logs=off'), 'any'),
  })
  .refine(
    (rule) => Object.values(rule).some((each) => each !== undefined),
    'names nothing; give it a namespace, a pod, a container, labels or annotations',
  );

const fileName = (example: string) =>
  text({ description: 'Glob for the name of a file, without its directory.', example });

const sources = section('What to read.', {
  logs: decidedLater(
    text({
      type: 'path',
      description:
        "Directory of the kubelet's links, or of plain log files. A missing directory is waited for.",
      example: '/var/log/containers',
    }),
    'the environment variable CONTAINER_LOG_DIRECTORY, else /var/log/containers',
  ),
  pods: decidedLater(
    text({ type: 'path', description: 'Directory of the log files themselves.', example: '/var/log/pods' }),
    '/var/log/pods, or where the links lead',
  ),
  include: list(
    'Containers to follow; without an entry, all. An entry matches when all of its parts do.',
    containerRule,
  ),
  exclude: list('Containers to leave out, even if they are included.', containerRule),
  files: section('Which files count as logs where the kubelet did not name them.', {
    include: list('Names to read; without an entry, *.log.', fileName('*.log')),
    exclude: list('Names to leave out, even if they are included.', fileName('debug-*.log')),
  }),
  rescan_interval: duration({
    description:
      'How often the directories are read again, whatever the watcher said. It bounds how late a new log is noticed when the watcher fails.',
    default: '5s',
    minimum: '100ms',
    maximum: '1h',
  }),
  watch: choice(WATCH, {
    description:
      'Whether the file system may wake birler. Nothing is lost with off: the rescan finds everything.',
    default: 'auto',
  }),
  own_logs: choice(OWN_LOGS, {
    description:
      "Whether birler's own pod is followed like any other. It is known by the environment variables POD_NAMESPACE and POD_NAME.",
    default: 'exclude',
  }),
});

const limits = section('Bounds on what birler takes from the node.', {
  bytes_in_flight: size({
    description:
      'Bytes that are read and not yet acknowledged, for each output. Reading pauses at the bound; the files wait.',
    default: '4MiB',
    minimum: '64KiB',
    maximum: '1GiB',
  }),
  line_length: size({
    description: 'The longest message. What is over is cut off, and counted in the ledger.',
    default: '1MiB',
    minimum: '1KiB',
    maximum: '64MiB',
  }),
  open_files: integer({
    description: 'Log files that are held open at a time. An open file cannot be lost to a rotation.',
    default: 4096,
    minimum: 16,
    maximum: 1_048_576,
  }),
  held_deleted_bytes: size({
    description:
      'Disk space of deleted files that birler keeps allocated until they are read. Over it, the oldest are given up, and counted in the ledger.',
    default: '1GiB',
    minimum: '0B',
    maximum: '16TiB',
  }),
  read_share: size({
    description: "How much of one pod is read before it is the next one's turn.",
    default: '512KiB',
    minimum: '4KiB',
    maximum: '16MiB',
  }),
  partial_bytes: size({
    description:
      'Memory for lines whose end was not yet written, of all containers together. Over it, the longest is delivered as it is, marked partial.',
    default: '16MiB',
    minimum: '64KiB',
    maximum: '1GiB',
  }),
  partial_age: duration({
    description: 'How long a line may wait for its end. After that it is delivered as it is, marked partial.',
    default: '30s',
    minimum: '100ms',
    maximum: '1h',
  }),
  records_per_batch: integer({
    description: 'Records that are handled in one go.',
    default: 16_384,
    minimum: 1,
    maximum: 1_048_576,
  }),
  rate_per_pod: size({
    description:
      'How many bytes a second are read of one pod, unless it asks for another rate. 0B: no limit.',
    default: '0B',
    minimum: '0B',
    maximum: '1TiB',
  }),
  on_excess: choice(ON_EXCESS, {
    description:
      "What happens to what is over a pod's rate. delay: it waits in its file. drop: it is left out, and counted in the ledger.",
    default: 'delay',
  }),
});

const state = section('Where birler remembers what it delivered.', {
  directory: decidedLater(
    text({
      type: 'path',
      description: 'Directory of the checkpoint. It belongs to one agent; a second one is refused.',
      example: '/var/lib/birler',
    }),
    '/var/lib/birler for root, else $XDG_STATE_HOME/birler or ~/.local/state/birler',
  ),
  checkpoint_interval: duration({
    description: 'How often positions are saved. After a crash, what was sent since then may be sent again.',
    default: '1s',
    minimum: '10ms',
    maximum: '5m',
  }),
  sync: boolean({
    description:
      'Whether a checkpoint waits until the disk has it. With false, a power cut may cost the last ones; a crash of birler does not.',
    default: true,
  }),
});

const log = section("birler's own messages, on stderr.", {
  level: choice(LOG_LEVELS, {
    description: 'The least important message to print.',
    default: 'info',
  }),
  format: choice(['auto', 'json', 'pretty'], {
    description: 'auto: pretty on a terminal, else json.',
    default: 'auto',
  }),
});

export const fileSchema = section('birler.yaml', {
  sources,
  start_at: choice(START_AT, {
    description:
      'Where to begin with a log that has no checkpoint yet. beginning: with the oldest rotated file that is still there. Logs that appear later are always read from their beginning.',
    default: 'beginning',
  }),
  limits,
  multiline: multilineSchema,
  transforms: transformsSchema,
  kubernetes: kubernetesSection,
  state,
  host: decidedLater(
    text({ description: "The node's name, as records carry it.", example: 'node-7' }),
    "the environment variable NODE_NAME, else the system's host name",
  ),
  grace: duration({
    description: 'How long a stop may take to deliver what was read.',
    default: '10s',
    minimum: '0s',
    maximum: '1h',
  }),
  kernel: choice(KERNEL_CHOICES, {
    description:
      'What does the byte work. auto: WebAssembly, and plain TypeScript where that is not to be had. Both deliver the same bytes; TypeScript takes about three times the CPU.',
    default: 'auto',
  }),
  log,
  reload: choice(RELOAD, {
    description:
      'When this file is read again. auto: at SIGHUP, and when its content changes, as that of a mounted ConfigMap does. signal: at SIGHUP. off: never; SIGHUP only reopens output files.',
    default: 'auto',
  }),
  http: httpSchema,
  outputs: outputsSchema,
});

/** What birler.yaml says, checked, with the defaults that do not depend on where birler runs. */
export type ConfigFile = z.output<typeof fileSchema>;
