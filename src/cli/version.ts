/** The same as in package.json (a test compares them): the bundle in the image has no package.json beside it. */
export const VERSION = '0.1.0';
