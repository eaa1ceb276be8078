import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

export const STD_STREAMS = ['stdout', 'stderr'] as const;
export type Std = (typeof STD_STREAMS)[number];

export interface FixtureLog {
  readonly text: string;
  /** Whole ones: pieces are joined. */
  readonly messages: Readonly<Record<Std, readonly string[]>>;
}

/** A recorded log in CRI format, as it is and what it says. Throws at a line that is none of that format. */
export const fixtureLog = (name: string): FixtureLog => {
  const path = fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
  const text = gunzipSync(readFileSync(path)).toString('utf8');
  const messages: Record<Std, string[]> = { stdout: [], stderr: [] };
  const open: Record<Std, string> = { stdout: '', stderr: '' };
  for (const line of text.trimEnd().split('\n')) {
    const [, std, tag, content = ''] = /^\S+ (stdout|stderr) ([PF]) (.*)$/.exec(line) ?? [];
    if (std !== 'stdout' && std !== 'stderr') throw new Error(`${name} has a line that is not CRI: ${line}`);
    open[std] += content;
    if (tag === 'P') continue;
    messages[std].push(open[std]);
    open[std] = '';
  }
  return { text, messages };
};
