import { ask } from './http.ts';

/** What Prometheus would see: series by name and labels, as they are printed. */
export class Scraped {
  readonly text: string;
  readonly series: ReadonlyMap<string, number>;

  constructor(text: string) {
    this.text = text;
    const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    this.series = new Map(
      lines.map((line) => {
        const at = line.lastIndexOf(' ');
        return [line.slice(0, at), Number(line.slice(at + 1))];
      }),
    );
  }

  /** The sum over all series of a metric that have these labels. */
  value(name: string, labels: Readonly<Record<string, string>> = {}): number {
    return this.matching(name, labels).reduce((sum, [, value]) => sum + value, 0);
  }

  matching(
    name: string,
    labels: Readonly<Record<string, string>> = {},
  ): readonly (readonly [string, number])[] {
    const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`);
    return [...this.series].filter(
      ([key]) => key.replace(/\{.*/, '') === name && wanted.every((each) => key.includes(each)),
    );
  }
}

export const scrape = async (port: number): Promise<Scraped> => {
  const { status, body } = await ask(port, '/metrics');
  if (status !== 200) throw new Error(`/metrics answered ${status}: ${body}`);
  return new Scraped(body);
};
