import { describe, expect, it } from 'vitest';
import { runFake } from './fake-world.ts';

describe('birler tap', () => {
  it('asks the agent for all, as JSON, and prints what comes', async () => {
    const { code, stdout, asked } = await runFake(['tap'], { answer: new Response('{"log":"one"}\n') });
    expect([code, stdout]).toEqual([0, '{"log":"one"}\n']);
    expect(asked).toEqual(['http://127.0.0.1:7780/debug/tap?format=json']);
  });

  it('asks for some streams of one output in another format, where it is told', async () => {
    const args = ['tap', 'shop/*/a&b', '--output', 'archive', '--format', 'raw', '--url', 'http://[::1]:9'];
    const { asked } = await runFake(args, { answer: new Response('') });
    expect(asked).toEqual(['http://[::1]:9/debug/tap?format=raw&stream=shop%2F*%2Fa%26b&output=archive']);
  });

  it('says that no agent answers, or what it answers instead', async () => {
    expect(await runFake(['tap'], { answer: new Error('connect ECONNREFUSED') })).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        'birler: no agent answers at http://127.0.0.1:7780: connect ECONNREFUSED; is it running, and what is its http.listen? (--url)\n',
    });
    const answer = new Response('no output is called "x"; there is out\n', { status: 400 });
    expect(await runFake(['tap', '--output', 'x'], { answer })).toMatchObject({
      code: 1,
      stderr: 'birler: http://127.0.0.1:7780 answers 400: no output is called "x"; there is out\n',
    });
  });

  it.each(['x', 'ftp://a', ''])('refuses %j as a URL', async (url) => {
    const { code, asked } = await runFake(['tap', '--url', url]);
    expect([code, asked]).toEqual([2, []]);
  });
});
