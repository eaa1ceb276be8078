import * as z from 'zod';
import { OUTPUT_FORMATS } from './config.ts';
import { boolean, choice, decidedLater, list, mode, text } from './options.ts';

/** What each type of output understands. A type is one member of the union below; its `type` picks it. */
const common = {
  name: decidedLater(
    text({
      description:
        "The output's name. Its positions are kept under it: under another name everything is delivered again.",
      pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
      patternNote: 'up to 63 letters, digits, dots, dashes and underscores, the first a letter or a digit',
      example: 'archive',
    }),
    'the type, and for a file its path too',
  ),
  format: decidedLater(
    choice(OUTPUT_FORMATS, {
      description:
        'json: one object a line. raw: the message as it was written. cri: a line as a runtime writes it. pretty: for people. none: nothing, records are only counted.',
    }),
    'pretty on a terminal, else json',
  ),
  record_id: boolean({
    description:
      'Whether a JSON record carries an id that is the same on every run and machine, for removing duplicates.',
    default: false,
  }),
  gap: choice(['records', 'off'], {
    description:
      'Whether a loss is told in the output, as a record of its stream. The ledger (birler status) has it either way.',
    default: 'records',
  }),
  color: choice(['auto', 'always', 'never'], {
    description: 'Colours of the pretty format. auto: on a terminal, unless NO_COLOR is set.',
    default: 'auto',
  }),
};

const stdout = z.strictObject({ type: z.literal('stdout'), ...common });

const file = z.strictObject({
  type: z.literal('file'),
  path: text({
    type: 'path',
    description:
      'The file to append to. Missing directories are made. A SIGHUP opens it anew, for logrotate.',
    example: '/var/log/birler/all.jsonl',
  }),
  mode: mode({ description: 'Permissions of a file that birler creates, in octal.', default: '0640' }),
  ...common,
});

export const outputsSchema = list(
  'Where records go. Each output is a reader of its own, with its own positions: a slow one delays no other. Without an entry: stdout.',
  z.discriminatedUnion('type', [stdout, file]),
);
