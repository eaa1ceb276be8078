import { runCommandLine } from '../../../src/cli/program.ts';
import type { Status } from '../../../src/cli/status-view.ts';
import type { ReadableFiles } from '../../../src/cli/world.ts';
import type { Config } from '../../../src/config/config.ts';
import type { Finding } from '../../../src/doctor/finding.ts';
import type { FileStatus } from '../../../src/system/system.ts';
import { surroundings } from '../../support/surroundings.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What the agent was started with. */
  readonly started: { readonly config: Config; readonly once: boolean } | undefined;
  /** What doctor was to look at. */
  readonly examined: readonly Config[];
  /** What was fetched. */
  readonly asked: readonly string[];
}

export interface FakeWorld {
  /** By path: a file's text, a directory (null), or an error of the system. */
  readonly files?: Readonly<Record<string, string | Uint8Array | null | Error>>;
  readonly exitCode?: number;
  readonly status?: Status | Error;
  readonly agentError?: Error;
  readonly findings?: readonly Finding[];
  /** What a running agent answers. */
  readonly answer?: Response | Error;
}

/** Runs a command line against a world of words. */
export const runFake = async (args: readonly string[], world: FakeWorld = {}): Promise<Outcome> => {
  let stdout = '';
  let stderr = '';
  let started: Outcome['started'];
  const asked: string[] = [];
  const examined: Config[] = [];
  const code = await runCommandLine(args, {
    print: (text) => {
      stdout += text;
    },
    complain: (text) => {
      stderr += text;
    },
    surroundings: () => surroundings(),
    now: () => Date.UTC(2026, 10, 20, 12),
    loadFiles: async () => fakeFiles(world.files ?? {}),
    runAgent: async (config, { once }) => {
      if (world.agentError !== undefined) throw world.agentError;
      started = { config, once };
      return world.exitCode ?? 0;
    },
    readStatus: async () => {
      if (world.status === undefined || world.status instanceof Error)
        throw world.status ?? new Error('no status');
      return world.status;
    },
    examine: async (config) => {
      examined.push(config);
      return world.findings ?? [];
    },
    fetch: async (url) => {
      asked.push(url);
      if (world.answer === undefined || world.answer instanceof Error)
        throw new TypeError('fetch failed', { cause: world.answer });
      return world.answer;
    },
    pour: async (body) => {
      stdout += await new Response(body).text();
      return 'ended';
    },
  });
  return { code, stdout, stderr, started, asked, examined };
};

const fakeFiles = (files: NonNullable<FakeWorld['files']>): ReadableFiles => {
  const contentOf = (path: string): string | Uint8Array | null | undefined => {
    const found = files[path];
    if (found instanceof Error) throw found;
    return found;
  };
  return {
    statusOf: (path) => {
      const content = contentOf(path);
      return content === undefined
        ? undefined
        : status(content === null ? 'directory' : 'file', content?.length ?? 0);
    },
    list: (path) => (contentOf(path) === null ? [] : undefined),
    readWhole: async (path) => {
      const content = contentOf(path);
      return content === undefined || content === null ? undefined : Buffer.from(content);
    },
  };
};

const status = (kind: FileStatus['kind'], size: number): FileStatus => ({
  kind,
  size,
  dev: 1n,
  ino: 1n,
  birthtimeNs: 0n,
  mtimeMs: 0,
  links: 1,
});

export const systemError = (code: string): Error => Object.assign(new Error(`${code}: refused`), { code });
