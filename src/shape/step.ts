import type { Draft } from './draft.ts';

/** One transform at work on one record. @returns whether the record is kept */
export type Step = (draft: Draft) => boolean;
