/** Seeds for which the kernels differed once, and why. They are run for ever. */
export const SEEDS: readonly { readonly seed: number; readonly what: string }[] = [
  { seed: 1, what: 'the first seed of all' },
];
