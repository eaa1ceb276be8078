import type { OptionNote } from '../../src/config/options.ts';
import { cell } from './markdown.ts';
import { type SectionEntry, sections } from './options.ts';

const UNITS: Readonly<Record<OptionNote['type'], string>> = {
  size: 'size in bytes',
  duration: 'duration',
  integer: 'whole number',
  boolean: 'true or false',
  choice: 'one of',
  text: 'text',
  path: 'path',
  mode: 'octal mode',
};

const HEAD = `<!-- Made by scripts/generate-reference.ts (npm run docs) from src/config/schema.ts. -->
# birler.yaml

YAML 1.2. Every option may be left out unless it is *required*; an empty file is a complete configuration. An unknown
option is an error. \`birler check --config birler.yaml\` says what is wrong, all at once, each with its line and column.
A complete example is in [example.yaml](example.yaml); editors complete and check the file with
[birler.schema.json](birler.schema.json) (first line: \`# yaml-language-server: $schema=PATH\`).

- **Sizes**: \`512KiB\`, \`1.5GiB\` (1,024-based; also \`Ki\`, \`Mi\`, \`Gi\`, \`Ti\`), \`10MB\` (1,000-based), or plain bytes.
- **Durations**: \`500ms\`, \`10s\`, \`2m\`, \`1h30m\`, \`1d\`.
- **Environment**: \`\${NAME}\` and \`\${NAME:-default}\` in any value; the default also stands for an empty variable.
  A variable that is not set and has no default is an error. \`$\${\` means the characters \`\${\`. Inside \`{ }\` and \`[ ]\` put
  such values in quotes. What a variable holds becomes the text of that one value, never YAML.
- **Relative paths** count from the working directory.
- **Flags win**: \`--output\` replaces the outputs of the file, \`--format\` changes all of them ([cli.md](cli.md)).
`;

export const configPage = (): string => [HEAD, ...sections().map(sectionTable)].join('\n');

const sectionTable = ({ title, description, options }: SectionEntry): string => {
  const rows = options.map(({ name, note }) =>
    [
      `\`${name}\``,
      typeText(note),
      defaultText(note),
      boundsText(note),
      note.description,
      exampleText(note),
    ].map(cell),
  );
  return [
    `## ${title === '' ? 'Top level' : `\`${title}\``}`,
    '',
    ...(description === '' || title === '' ? [] : [description, '']),
    '| option | type | default | bounds | what it does | example |',
    '|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
    '',
  ].join('\n');
};

const typeText = ({ type, choices }: OptionNote): string =>
  type === 'choice' ? choices.map((choice) => `\`${choice}\``).join(', ') : UNITS[type];

const defaultText = (note: OptionNote): string => {
  if (note.defaultNote !== '') return note.defaultNote;
  return note.default === null ? '*required*' : `\`${note.default}\``;
};

const boundsText = ({ minimum, maximum }: OptionNote): string =>
  minimum === '' ? '' : `\`${minimum}\` to \`${maximum}\``;

const exampleText = ({ example }: OptionNote): string => (example === '' ? '' : `\`${example}\``);
