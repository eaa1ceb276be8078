import { cliPage } from './cli-page.ts';
import { configPage } from './config-page.ts';
import { editorSchema } from './editor-schema.ts';
import { metricsPage } from './metrics-page.ts';
import { prometheusRule } from './prometheus-rule.ts';

/** The generated files, by name as docs/reference sees them. */
export const referenceFiles = (): Readonly<Record<string, string>> => ({
  'config.md': configPage(),
  'cli.md': cliPage(),
  'metrics.md': metricsPage(),
  '../../deploy/components/monitoring/prometheus-rule.yaml': prometheusRule(),
  'birler.schema.json': `${JSON.stringify(editorSchema(), null, 2)}\n`,
});
