import { METRICS } from '../../src/serve/metrics.ts';
import { cell } from './markdown.ts';

const HEAD = `<!-- Made by \`npm run docs\` from src/serve. Do not edit. -->

# Metrics

What \`GET /metrics\` has, in the text format of Prometheus. See [operating.md](../operating.md) for what to watch.

| metric | type | labels | meaning |
|---|---|---|---|
`;

/** docs/reference/metrics.md. */
export const metricsPage = (): string => {
  const rows = METRICS.map(({ name, type, labels, help }) => {
    const names = labels.map((label) => `\`${label}\``).join(', ');
    return `| \`${name}\` | ${type} | ${names} | ${cell(help)} |\n`;
  });
  return `${HEAD}${rows.join('')}`;
};
