/** The pattern of a glob in which only `*` means something: anything. */
export const globSource = (glob: string): string =>
  `(?s)^${glob
    .split('*')
    .map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*')}$`;
