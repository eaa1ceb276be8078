import { Violation } from './violation.ts';

/** A line of the JSON format, as far as the simulation looks at it. */
export interface OutputRecord {
  readonly text: string;
  /** Names the stream: the pod and the restart, or the file. */
  readonly origin: string;
  readonly channel: 0 | 1 | undefined;
  readonly partial: boolean;
  readonly truncated: boolean;
  readonly id: string;
  readonly gap: OutputGap | undefined;
}

export interface OutputGap {
  readonly reason: string;
  readonly bytes: number | null;
  readonly generation: number;
  readonly from: number;
}

export const parseOutputRecord = (line: string): OutputRecord => {
  const fields = fieldsOf(parseJson(line), line);
  const kubernetes = fields['kubernetes'] === undefined ? undefined : fieldsOf(fields['kubernetes'], line);
  const stream = fields['stream'];
  return {
    text: textOf(fields['log'], line),
    origin:
      kubernetes === undefined
        ? textOf(fields['file'], line)
        : `${textOf(kubernetes['pod_name'], line)}#${String(kubernetes['restart_count'])}`,
    channel: stream === 'stdout' ? 0 : stream === 'stderr' ? 1 : undefined,
    partial: fields['partial'] === true,
    truncated: fields['truncated'] === true,
    id: fields['gap'] === undefined ? textOf(fields['id'], line) : '',
    gap: fields['gap'] === undefined ? undefined : gapOf(fieldsOf(fields['gap'], line), line),
  };
};

const gapOf = (gap: Fields, line: string): OutputGap => {
  const { bytes } = gap;
  return {
    reason: textOf(gap['reason'], line),
    bytes: typeof bytes === 'number' ? bytes : null,
    generation: Number(gap['generation']),
    from: Number(gap['from']),
  };
};

type Fields = Readonly<Record<string, unknown>>;

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    throw new Violation(`the output holds a line that is no JSON: ${line.slice(0, 200)}`);
  }
};

const fieldsOf = (value: unknown, line: string): Fields => {
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value));
  throw new Violation(`the output holds a line of another shape: ${line.slice(0, 200)}`);
};

const textOf = (value: unknown, line: string): string => {
  if (typeof value === 'string') return value;
  throw new Violation(`the output holds a line of another shape: ${line.slice(0, 200)}`);
};
