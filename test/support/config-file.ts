import { writeFileSync } from 'node:fs';
import type { KernelChoice } from '../../src/core/kernel.ts';
import type { TempNode } from './temp-node.ts';

type Section = Readonly<Record<string, unknown>>;

/** What a test sets in birler.yaml beside the node's directories; `outputs` replaces the JSON file. */
export interface ConfigSections {
  readonly sources?: Section;
  readonly limits?: Section;
  readonly state?: Section;
  readonly grace?: string;
  readonly kernel?: KernelChoice;
  readonly kubernetes?: Section;
  readonly http?: Section;
  readonly transforms?: readonly Section[];
  readonly outputs?: readonly Section[];
}

/** Writes a birler.yaml for the node and gives the flags that use it. JSON is YAML. */
export function configFlags(node: TempNode, sections: ConfigSections, ...more: readonly string[]): string[] {
  const config = {
    ...sections,
    sources: { logs: node.logs, pods: node.pods, ...sections.sources },
    state: { directory: node.state, ...sections.state },
    outputs: sections.outputs ?? [{ type: 'file', path: node.output, format: 'json' }],
  };
  const path = node.dir.join('birler.yaml');
  writeFileSync(path, JSON.stringify(config, null, 2));
  return ['run', '--config', path, ...more];
}
