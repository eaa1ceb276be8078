/**
 * Completes package-lock.json after an `npm install` of a new or newer dependency, in place.
 *
 *     node scripts/complete-lock.ts [package-lock.json]
 *
 * npm leaves an optional package of another platform (`@biomejs/cli-darwin-arm64` seen from Linux) out of the
 * lock file when the registry at hand does not hold it, and then `npm ci` refuses its own lock file with
 * "Missing: @biomejs/cli-darwin-arm64@ from lock file". Their names and exact versions stand in the package
 * that asks for them, and their names say which platform they are for. Written down, npm skips them everywhere
 * but on that platform.
 *
 * It also takes out the download addresses: a lock file names packages and hashes, not a registry.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly cpu?: readonly string[];
  readonly os?: readonly string[];
  readonly libc?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  resolved?: string;
}

interface LockFile {
  packages: Record<string, LockedPackage>;
}

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = [
  'arm',
  'arm64',
  'ia32',
  'loong64',
  'mips64el',
  'ppc64',
  'riscv64',
  's390x',
  'wasm32',
  'x64',
];

/** What `@scope/cli-linux-arm64-musl` runs on, read from its name; undefined when the name does not say. */
function platformOf(name: string): Pick<LockedPackage, 'cpu' | 'os' | 'libc'> | undefined {
  const words = name.split(/[/-]/);
  const system = SYSTEMS.find((word) => words.includes(word));
  const processor = PROCESSORS.find((word) => words.includes(word));
  if (system === undefined || processor === undefined) return undefined;
  const libc = words.some((word) => word.startsWith('musl'))
    ? 'musl'
    : words.includes('gnu')
      ? 'glibc'
      : undefined;
  return {
    cpu: [processor],
    os: [system],
    ...(libc !== undefined && system === 'linux' && { libc: [libc] }),
  };
}

const file = process.argv[2] ?? 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8')) as LockFile;
const added: string[] = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  delete entry.resolved;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (`node_modules/${name}` in lock.packages || `${path}/node_modules/${name}` in lock.packages) continue;
    const platform = platformOf(name);
    if (platform === undefined || !/^\d/.test(version)) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...platform,
      ...(entry.dev === true && { dev: true }),
      optional: true,
    };
    added.push(`${name}@${version}`);
  }
}
// The order that npm itself writes.
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${file}: ${added.length} packages of other platforms added\n`);
