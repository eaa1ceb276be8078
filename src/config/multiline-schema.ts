import { parseMultilineMode, TRACE_KINDS } from '../core/multiline-mode.ts';
import { duration, integer, notation, section, size } from './options.ts';

/** How lines become records; see docs/multiline.md. */
export const multilineSchema = section('Lines that belong together (stack traces) become one record.', {
  mode: notation(
    {
      description: `What is joined. auto: traces of all languages, and lines that are indented below one that announces them. off: nothing. Or some of ${TRACE_KINDS.join(', ')}, with commas between them. The annotation birler.io/multiline decides for one pod.`,
      default: 'auto',
      example: 'java, python',
    },
    parseMultilineMode,
  ),
  wait: duration({
    description:
      'How long a line that may begin a trace, or a trace, waits for its next line. Other lines do not wait.',
    default: '500ms',
    minimum: '10ms',
    maximum: '1m',
  }),
  lines: integer({
    description: 'The most lines of one record. What is over begins another one.',
    default: 2000,
    minimum: 10,
    maximum: 100_000,
  }),
  bytes: size({
    description: 'The longest message that lines are joined to. What is over begins another record.',
    default: '256KiB',
    minimum: '1KiB',
    maximum: '64MiB',
  }),
});
