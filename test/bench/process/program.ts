import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A birler to measure. */
export interface Program {
  /** `birler`, or the revision that it is compared with. */
  readonly label: string;
  /** What goes before the arguments. */
  readonly command: readonly string[];
}

/** The Node that the checkout pins; the one that runs us where there is none. */
const nodeOf = (root: string): string => {
  const pinned = join(root, 'node_modules/node/bin/node');
  return existsSync(pinned) ? pinned : process.execPath;
};

/** What bin/birler gives to Node; older revisions give it nothing. */
const flagsOf = (root: string): readonly string[] => {
  const launcher = readFileSync(join(root, 'bin/birler'), 'utf8');
  return /^flags='(.*)'$/m.exec(launcher)?.[1]?.split(' ') ?? [];
};

/** Bundles a checkout as for the image, into `directory`: neither its dist nor a build that runs beside us is touched. */
export const builtProgram = (root: string, label: string, directory: string): Program => {
  const bundle = join(directory, label.replaceAll(/[^\w.-]/g, '_'), 'birler.mjs');
  execFileSync(nodeOf(root), ['scripts/build.ts', bundle], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { label, command: [nodeOf(root), ...flagsOf(root), bundle] };
};

/** The checkout as it stands, its types stripped at every start. */
export const sourceProgram = (root: string, label: string): Program => ({
  label,
  command: [join(root, 'bin/birler')],
});
