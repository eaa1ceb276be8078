/**
 * undici is CommonJS. A bundle in parts gives such a package only its default export when it is imported when needed, so it is
 * imported by this file, and this file when needed.
 */
export { Agent, request } from 'undici';
