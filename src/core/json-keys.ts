/** The constant text of a JSON line; what stands between is described in encode/json.ts. No key is longer than 32 bytes. */
export const TIME_KEY_TEXT = '{"time":"';
/** Behind the time: of a file that does not tell the std stream, of stdout, of stderr. */
export const LOG_KEY_TEXTS = [
  '","log":"',
  '","stream":"stdout","log":"',
  '","stream":"stderr","log":"',
] as const;
