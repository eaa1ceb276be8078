import { Watch } from '@kubernetes/client-node/dist/watch.js';
import { describe, expect, it } from 'vitest';

describe("what birler relies on in the library's Watch, beside what it says of itself", () => {
  it('gives up after 30 s of silence, by a field that can be set: bookmarks come once a minute', () => {
    expect(new Watch({} as never)).toMatchObject({ requestTimeoutMs: 30_000 });
  });
});
