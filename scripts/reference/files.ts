import { cliPage } from './cli-page.ts';
import { configPage } from './config-page.ts';
import { editorSchema } from './editor-schema.ts';
import { metricsPage } from './metrics-page.ts';

/** The generated files of docs/reference, by name. */
export const referenceFiles = (): Readonly<Record<string, string>> => ({
  'config.md': configPage(),
  'cli.md': cliPage(),
  'metrics.md': metricsPage(),
  'birler.schema.json': `${JSON.stringify(editorSchema(), null, 2)}\n`,
});
