import type { KubernetesOrigin, Origin, PodFacts } from '../core/origin.ts';
import type { Texts } from '../core/pod.ts';

/**
 * The part of a JSON line that is the same for every record of a stream: `"kubernetes":{…}` or `"file":"…"`, without the
 * commas and braces around it. This is the one place where fields of the origin get their names.
 */
export const originJson = (origin: Origin): string =>
  origin.kind === 'kubernetes'
    ? `"kubernetes":${JSON.stringify(kubernetesFields(origin))}`
    : `"file":${JSON.stringify(origin.file)}`;

/** What is unknown is left out: an empty id would look like a value to whoever groups by it. */
const kubernetesFields = (
  origin: KubernetesOrigin,
): Readonly<Record<string, string | number | object | undefined>> => ({
  namespace_name: known(origin.namespace),
  pod_name: known(origin.pod),
  pod_id: known(origin.uid),
  container_name: known(origin.container),
  container_id: known(origin.containerId),
  restart_count: origin.restart,
  host: known(origin.host),
  ...(origin.facts && factFields(origin.facts)),
});

const factFields = (facts: PodFacts): Readonly<Record<string, string | object | undefined>> => ({
  container_image: known(facts.image),
  owner: facts.owner && { kind: facts.owner.kind, name: facts.owner.name },
  labels: some(facts.labels),
  annotations: some(facts.annotations),
  namespace_labels: some(facts.namespaceLabels),
});

const known = (text: string): string | undefined => (text === '' ? undefined : text);

const some = (texts: Texts): Texts | undefined => (Object.keys(texts).length === 0 ? undefined : texts);
