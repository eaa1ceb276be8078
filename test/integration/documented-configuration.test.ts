import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { runBirler } from '../support/birler-process.ts';
import { TempDir } from '../support/temp-dir.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Pieces of manifests that pages show without their `kind`: of a container, and of a role. */
const PIECES = new Set(['env', 'rules']);

interface Example {
  /** `docs/kubernetes.md:42` */
  readonly place: string;
  readonly yaml: string;
}

/** The fenced blocks of a page that are a birler.yaml or a part of one. */
const examplesOf = (page: string): readonly Example[] => {
  const text = readFileSync(`${ROOT}${page}`, 'utf8');
  return [...text.matchAll(/^```ya?ml\n(.*?)^```$/gms)].flatMap(({ 1: yaml = '', index }) => {
    const place = `${page}:${text.slice(0, index).split('\n').length}`;
    return isOfKubernetes(yaml) ? [] : [{ place, yaml }];
  });
};

const isOfKubernetes = (yaml: string): boolean =>
  /^kind:/m.test(yaml) || Object.keys(parse(yaml) as object).every((key) => PIECES.has(key));

const PAGES = ['README.md', ...globSync('docs/**/*.md', { cwd: ROOT }).toSorted()];
const EXAMPLES = PAGES.flatMap(examplesOf);

describe('what the documentation shows as configuration', () => {
  it('is found in these pages', () => {
    const pages = new Set(EXAMPLES.map(({ place }) => place.replace(/:\d+$/, '')));
    for (const page of ['README.md', 'docs/kubernetes.md', 'docs/multiline.md', 'docs/transforms.md'])
      expect(pages).toContain(page);
  });

  it.each(EXAMPLES)('at $place is right', async ({ yaml }) => {
    using dir = new TempDir();
    const path = dir.join('birler.yaml');
    writeFileSync(path, yaml);
    const { code, stdout, stderr } = await runBirler(['check', '--config', path]);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`${path}: ok\n`);
  });
});
