/** What TypeScript calls; see src/kernel/wasm-kernel.ts. */
export { findBeginnings } from './beginnings';
export { decodeCri } from './cri';
export { encodeJson } from './json';
export { encodeRaw } from './raw';
