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

/** What `kubectl apply -k deploy/<name>` would send; kubectl renders it without a cluster and without a network. */
export function renderKustomization(name: string): KubernetesObject[] {
  requireProgram('kubectl', 'kubernetes-client (1.21 or newer)');
  const text = execFileSync('kubectl', ['kustomize', join(DEPLOY, name)], { encoding: 'utf8' });
  return readObjects(text);
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
