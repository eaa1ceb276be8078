/**
 * Lays out the image's file system: `node scripts/assemble-image.ts DIRECTORY`, run by the Dockerfile.
 *
 *     usr/local/bin/node        the Node that runs this script
 *     usr/local/bin/birler      for people: kubectl exec POD -- birler status
 *     lib64/… lib/…             the shared libraries that it has loaded, where it looks for them
 *     app/birler.mjs, app/birler-parts/   the bundle, its source maps and the licences of what is in it
 *     var/log, var/lib/birler   mount points
 *
 * The libraries are asked of Node itself (its diagnostic report lists them), so that no `ldd` is needed and a
 * Node that wants one more next year gets it.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';

const Report = z.object({ sharedObjects: z.array(z.string()) });

const [image] = process.argv.slice(2);
if (image === undefined) throw new Error('usage: node scripts/assemble-image.ts DIRECTORY');

const copy = (from: string, to: string): void => {
  const target = join(image, to);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(realpathSync(from), target);
};

copy(process.execPath, 'usr/local/bin/node');
chmodSync(join(image, 'usr/local/bin/node'), 0o755);
// A script of Node's own, for there is no shell.
const launcher = join(image, 'usr/local/bin/birler');
writeFileSync(launcher, "#!/usr/local/bin/node\nimport('/app/birler.mjs');\n");
chmodSync(launcher, 0o755);
// The kernel's own (linux-vdso.so.1) has no path and needs none.
for (const library of Report.parse(process.report.getReport()).sharedObjects.filter(isAbsolute)) {
  copy(library, library);
  chmodSync(join(image, library), 0o755);
}

execFileSync(process.execPath, ['scripts/build.ts', join(image, 'app/birler.mjs')], { stdio: 'inherit' });
copy('LICENSE', 'app/LICENSE');
for (const mountPoint of ['var/log', 'var/lib/birler', 'etc/birler']) {
  mkdirSync(join(image, mountPoint), { recursive: true });
}
