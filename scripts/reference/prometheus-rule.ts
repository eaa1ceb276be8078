import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const RULES = fileURLToPath(new URL('../../deploy/prometheus/birler.rules.yaml', import.meta.url));

const HEAD = `# Made by \`npm run docs\` from deploy/prometheus/birler.rules.yaml. Do not edit.
`;

/** The alert rules as the Prometheus operator wants them. */
export function prometheusRule(): string {
  const rules: unknown = parse(readFileSync(RULES, 'utf8'));
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'birler', labels: { 'app.kubernetes.io/name': 'birler' } },
    spec: rules,
  };
  return `${HEAD}${stringify(object, { lineWidth: 0 })}`;
}
