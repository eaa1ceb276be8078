/** What kind of thing went wrong; stable, for programs. The message is for people. */
export type ErrorCode =
  | 'usage'
  | 'config'
  | 'state_locked'
  | 'state_unusable'
  | 'unreadable'
  | 'unreachable'
  | 'output_closed'
  | 'output_failed'
  | 'kernel_unavailable'
  | 'interrupted';

/** An operating error that birler can name: says what failed, on what, why, and what to do. */
export class BirlerError extends Error {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BirlerError';
    this.code = code;
  }
}

/** The `code` of a system error (ENOENT, EACCES…), or '' if it has none. */
export const errnoOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Throws: a broken invariant is a bug in birler, never something to go on from. */
export const invariant: (condition: boolean, what: string) => asserts condition = (condition, what) => {
  if (!condition) throw new Error(`broken invariant: ${what}`);
};

/** Closes a switch over a tagged union: does not compile when a case is missing. */
export const assertNever = (value: never): never => {
  throw new Error(`broken invariant: unexpected ${JSON.stringify(value)}`);
};
