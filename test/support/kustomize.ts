import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { requireProgram } from './daemon.ts';

export const DEPLOY = join(import.meta.dirname, '..', '..', 'deploy');

/** What every object of the Kubernetes API has; the rest is left as it stands. */
const KubernetesObject = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    labels: z.record(z.string(), z.string()).optional(),
  }),
});
export type KubernetesObject = z.output<typeof KubernetesObject>;

/** What `kubectl apply -k deploy/<name>` would send. */
export const renderKustomization = (name: string): KubernetesObject[] => renderDirectory(join(DEPLOY, name));

/** What a directory with a kustomization.yaml gives; kubectl renders it without a cluster and without a network. */
export function renderDirectory(directory: string): KubernetesObject[] {
  requireProgram('kubectl', 'kubernetes-client (1.21 or newer)');
  return readObjects(execFileSync('kubectl', ['kustomize', directory], { encoding: 'utf8' }));
}

/** The objects of a YAML stream; empty documents are left out. Throws where one is no object of the API. */
export function readObjects(text: string): KubernetesObject[] {
  return parseAllDocuments(text)
    .map((document) => {
      if (document.errors.length > 0) throw new Error(document.errors.map(String).join('\n'));
      return document.toJS() as unknown;
    })
    .filter((value) => value !== null)
    .map((value) => KubernetesObject.parse(value));
}
