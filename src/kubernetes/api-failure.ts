import * as z from 'zod';
import { errnoOf, messageOf } from '../core/errors.ts';

/** A request that did not get what it asked for. */
export class ApiFailure extends Error {
  /** HTTP's status, or the code in a watch's ERROR event; 0 if there was no answer. */
  readonly status: number;
  /** How long the server asked to be left alone; 0 if it did not. */
  readonly retryAfterMs: number;

  constructor(message: string, status: number, retryAfterMs: number, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** A server that asks for more than this is misunderstood rather than obeyed. */
const LONGEST_RETRY_AFTER_MS = 10 * 60_000;

/** HTTP's Retry-After in seconds; dates are not used by the API server, and are ignored. */
export const retryAfterMsOf = (header: unknown): number => {
  const text = Array.isArray(header) ? String(header[0]) : String(header);
  return /^\d{1,6}$/.test(text) ? Math.min(Number(text) * 1_000, LONGEST_RETRY_AFTER_MS) : 0;
};

const statusSchema = z.object({
  message: z.string().nullish(),
  code: z.number().nullish(),
  details: z.object({ retryAfterSeconds: z.number().nullish() }).nullish(),
});

/**
 * What the server says of a failure: Kubernetes' Status object, in an answer or in a watch's ERROR event.
 *
 * @param status HTTP's, or 0 where the object has to say it
 */
export const failureOfStatus = (object: unknown, status: number, retryAfterMs = 0): ApiFailure => {
  const said = statusSchema.safeParse(object).data;
  const code = status === 0 ? (said?.code ?? 500) : status;
  const text = (said?.message ?? '').slice(0, 500);
  const asked = retryAfterMsOf(said?.details?.retryAfterSeconds ?? '');
  const message = text === '' ? `answer ${code}` : `${text} (${code})`;
  return new ApiFailure(message, code, Math.max(retryAfterMs, asked));
};

/** What a request threw. The network's own words are often one level down. */
export const failureOfError = (error: unknown, retryAfterMs = 0): ApiFailure => {
  if (error instanceof ApiFailure) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const status = statusIn(error);
  const text = messageOf(cause) || errnoOf(cause) || 'no answer';
  return new ApiFailure(status === 0 ? text : `${text} (${status})`, status, retryAfterMs, { cause: error });
};

/** The library's Watch notes it on the error. */
const statusIn = (error: unknown): number =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : 0;
