import { describe, expect, it } from 'vitest';
import { readWishes } from '../../../src/enrich/pod-wishes.ts';

const read = (annotations: Record<string, string>) => {
  const wrong: string[] = [];
  const wishes = readWishes(annotations, (annotation, problem) => wrong.push(`${annotation}: ${problem}`));
  return { ...wishes, wrong };
};

describe('a pod that says how its logs are treated', () => {
  it('says nothing without annotations, or with those of others', () => {
    const { excludes, excludesChannel, format, multiline, rate, wrong } = read({ 'example.com/a': 'true' });
    expect([excludes('app'), excludesChannel('app', 'stderr')]).toEqual([false, false]);
    expect([format('app'), multiline('app'), rate]).toEqual([undefined, undefined, undefined]);
    expect(wrong).toEqual([]);
  });

  it('is left out as a whole, or by container', () => {
    expect(read({ 'birler.io/exclude': 'true' }).excludes('app')).toBe(true);
    const one = read({ 'birler.io/exclude-istio-proxy': 'true' });
    expect([one.excludes('istio-proxy'), one.excludes('app')]).toEqual([true, false]);
    const allButOne = read({ 'birler.io/exclude': 'true', 'birler.io/exclude-app': 'false' });
    expect([allButOne.excludes('app'), allButOne.excludes('istio-proxy')]).toEqual([false, true]);
  });

  it('names a format and a way to join lines, for all containers or one', () => {
    const wishes = read({
      'birler.io/format': 'raw',
      'birler.io/format-app': 'docker',
      'birler.io/multiline': 'off',
      'birler.io/multiline-app': 'python, java',
    });
    expect([wishes.format('app'), wishes.format('other')]).toEqual(['docker', 'raw']);
    expect([wishes.multiline('app'), wishes.multiline('other')]).toEqual(['java,python', '']);
    expect(wishes.wrong).toEqual([]);
  });

  it.each([
    ['1MiB', 1_048_576],
    ['1MiB/s', 1_048_576],
    ['500 KB / s', 500_000],
    ['1KiB', 1_024],
    ['none', Number.POSITIVE_INFINITY],
  ])('asks for a rate: %s', (text, rate) => {
    expect(read({ 'birler.io/rate-limit': text })).toMatchObject({ rate, wrong: [] });
  });

  it.each([
    ['birler.io/exclude', 'yes', '"yes" is not true or false'],
    ['birler.io/format', 'json', '"json" is not cri, docker or raw'],
    ['birler.io/rate-limit', '10', '"10" is too little; the least is 1KiB/s'],
    ['birler.io/rate-limit', '1M', /unknown unit.*for a rate 1MiB or 1MiB\/s$/],
    ['birler.io/rate-limit-app', '1MiB', /is no annotation that birler knows/],
    ['birler.io/exlude', 'true', /is no annotation that birler knows/],
    ['birler.io/multiline', 'cobol', /"cobol" is not a way to join lines/],
  ])('is told of %s: %s, which means nothing', (annotation, text, problem) => {
    const { excludes, format, multiline, rate, wrong } = read({ [annotation]: text });
    expect(wrong).toHaveLength(1);
    const [told = ''] = wrong;
    expect(told.slice(0, annotation.length + 2)).toBe(`${annotation}: `);
    const said = told.slice(annotation.length + 2);
    if (typeof problem === 'string') expect(said).toBe(problem);
    else expect(said).toMatch(problem);
    expect([excludes('app'), format('app'), multiline('app'), rate]).toEqual([
      false,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe("Fluent Bit's annotation", () => {
  it.each(['true', 'True', 'on', 'yes'])('leaves a pod out: %s', (text) => {
    expect(read({ 'fluentbit.io/exclude': text })).toMatchObject({ wrong: [] });
    expect(read({ 'fluentbit.io/exclude': text }).excludes('app')).toBe(true);
  });

  it.each(['false', '', 'maybe'])('does not with another value, and that is no mistake: %j', (text) => {
    const { excludes, wrong } = read({ 'fluentbit.io/exclude': text });
    expect([excludes('app'), wrong]).toEqual([false, []]);
  });

  it('can name a container, a std stream, or both', () => {
    const wishes = read({ 'fluentbit.io/exclude-proxy': 'true', 'fluentbit.io/exclude_stderr-app': 'true' });
    expect([wishes.excludes('proxy'), wishes.excludes('app')]).toEqual([true, false]);
    expect([wishes.excludesChannel('app', 'stderr'), wishes.excludesChannel('app', 'stdout')]).toEqual([
      true,
      false,
    ]);
    expect(read({ 'fluentbit.io/exclude_stdout': 'true' }).excludesChannel('any', 'stdout')).toBe(true);
    const both = read({ 'fluentbit.io/exclude_stdout': 'true', 'fluentbit.io/exclude_stderr': 'true' });
    expect(both.excludes('app')).toBe(true);
  });

  it('is overruled by ours', () => {
    const wishes = read({ 'fluentbit.io/exclude': 'true', 'birler.io/exclude': 'false' });
    expect([wishes.excludes('app'), wishes.excludesChannel('app', 'stdout')]).toEqual([false, false]);
  });
});
