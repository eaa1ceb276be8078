import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { editorSchema } from '../../../scripts/reference/editor-schema.ts';
import { referenceFiles } from '../../../scripts/reference/files.ts';
import { sections } from '../../../scripts/reference/options.ts';
import { loadConfig } from '../../../src/config/load.ts';
import { surroundings } from '../../support/surroundings.ts';

const committed = (name: string): string =>
  readFileSync(fileURLToPath(new URL(`../../../docs/reference/${name}`, import.meta.url)), 'utf8');

describe('the reference', () => {
  it.each(Object.entries(referenceFiles()))(
    'has %s as the code says it (npm run docs makes it)',
    (name, content) => {
      expect(committed(name)).toBe(content);
    },
  );

  it('gives every option a description, and a default or the word required', () => {
    for (const { options } of sections()) {
      for (const { note } of options) expect(note.description).toMatch(/^\S.*\.$/);
    }
  });

  it('gives every size, duration and number its bounds', () => {
    const numeric = sections()
      .flatMap(({ options }) => options)
      .filter(({ note }) => ['size', 'duration', 'integer'].includes(note.type));
    expect(numeric.length).toBeGreaterThan(10);
    for (const { note } of numeric) expect([note.minimum, note.maximum]).not.toContain('');
  });
});

/** What a pod is told of its surroundings. */
const IN_A_CLUSTER = {
  NODE_NAME: 'node-7',
  NODE_IP: '10.1.2.3',
  KUBERNETES_SERVICE_HOST: '10.0.0.1',
  KUBERNETES_SERVICE_PORT: '443',
};

describe('example.yaml', () => {
  const text = committed('example.yaml');

  it('pleases an editor that has the schema, which sees mistakes too', () => {
    const editor = z.fromJSONSchema(editorSchema());
    expect(editor.safeParse(parse(text)).error?.issues).toBeUndefined();
    expect(editor.safeParse(parse('limits: {open_files: "${N:-5}"}')).success).toBe(true);
    for (const wrong of ['limits: {open_files: 1}', 'grace: 10', 'outputs: [{type: fil}]', 'hots: a']) {
      expect(editor.safeParse(parse(wrong)).success).toBe(false);
    }
  });

  it('is right', () => {
    const config = loadConfig({ name: 'example.yaml', text }, {}, surroundings());
    expect(config.outputs.map(({ name }) => name)).toEqual(['console', 'archive']);
  });

  it('has every option', () => {
    const names = sections().flatMap(({ options }) => options.map(({ name }) => name));
    const missing = names.filter(
      (name) => name !== '(each)' && !new RegExp(`^[ -]*${name}:`, 'm').test(text),
    );
    expect(missing).toEqual([]);
  });

  it('shows the defaults where it does not say otherwise', () => {
    const withoutExamples = text
      .replace(/^outputs:[\s\S]*/m, '')
      .replace(/^ {2}(include|exclude|annotations):\n(?: {4}.*\n)+|^ {4}exclude:\n(?: {6}.*\n)+/gm, '');
    const load = (source: string) =>
      loadConfig(
        { name: 'example.yaml', text: source },
        { state: '/s', pods: '/p' },
        surroundings({ hostname: 'node-7', variables: IN_A_CLUSTER }),
      );
    expect(load(withoutExamples)).toEqual(load(''));
  });
});
