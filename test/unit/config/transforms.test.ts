import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';
import { ConfigError } from '../../../src/config/problems.ts';
import { surroundings } from '../../support/surroundings.ts';

const load = (text: string) => loadConfig({ name: 'birler.yaml', text }, {}, surroundings());

const complaint = (text: string): string => {
  try {
    load(text);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.replaceAll('birler.yaml:', '');
    throw error;
  }
  return '';
};

describe('transforms', () => {
  it('have defaults', () => {
    expect(
      load('transforms: [{type: merge_json}, {type: level}, {type: redact}, {type: sample}]').transforms,
    ).toEqual([
      {
        type: 'merge_json',
        log: 'keep',
        under: '',
        maxBytes: 65_536,
        maxFields: 128,
        maxDepth: 8,
        match: [],
      },
      { type: 'level', match: [] },
      { type: 'redact', patterns: [], regexes: [], fields: [], match: [] },
      {
        type: 'sample',
        keepOneIn: 10,
        contains: [],
        regex: null,
        levels: [],
        fields: [],
        stream: null,
        match: [],
      },
    ]);
  });

  it('match by globs and labels, a missing one anything', () => {
    const { transforms } = load('transforms: [{type: level, match: [{pod: web-*}, {labels: "a=b"}]}]');
    expect(transforms[0]?.match).toEqual([
      { namespace: '*', pod: 'web-*', container: '*', labels: null },
      { namespace: '*', pod: '*', container: '*', labels: 'a=b' },
    ]);
  });

  it.each([
    [
      'transforms: [{type: lvl}]',
      '1:21: transforms[0].type: "lvl" is not merge_json, level, drop, keep, sample, redact, set or remove; did you mean "level"?',
    ],
    [
      'transforms: [{type: drop, regex: "(a+"}]',
      '1:34: transforms[0].regex: "(a+" is no pattern that birler can match: a ( is never closed; write \\( for the character',
    ],
    [
      'transforms: [{type: redact, regexes: ["(a)\\\\1"]}]',
      '1:39: transforms[0].regexes[0]: "(a)\\\\1" is no pattern that birler can match: it refers back to a group (\\1), which cannot be matched in linear time',
    ],
    [
      'transforms: [{type: redact, regexes: ["a*"]}]',
      '1:39: transforms[0].regexes[0]: matches the empty text too; it would hide nothing',
    ],
    [
      'transforms: [{type: redact, patterns: [creditcard]}]',
      '1:40: transforms[0].patterns[0]: "creditcard" is not secrets, credit_card, aws_key, jwt, authorization, url_password, secret_value, private_key, access_token, email or ip_address; did you mean "credit_card"?',
    ],
    [
      'transforms: [{type: keep}]',
      '1:14: transforms[0]: asks for nothing; give it contains, regex, levels, fields or a stream',
    ],
    [
      'transforms: [{type: drop}]',
      '1:14: transforms[0]: would drop every record; give it contains, regex, levels, fields, a stream or a match',
    ],
    [
      'transforms: [{type: merge_json, under: app}, {type: set, fields: [{name: app, value: b}]}]',
      '1:74: transforms[1].fields[0].name: is what merge_json calls its object (under); take another name',
    ],
    [
      'transforms: [{type: level, match: [{}]}]',
      '1:36: transforms[0].match[0]: names nothing; give it a namespace, a pod, a container or labels',
    ],
    [
      'transforms: [{type: drop, fields: [{name: a, value: b}]}]',
      '1:35: transforms[0].fields: means fields that no record has yet; put a merge_json before this',
    ],
    [
      'transforms: [{type: set, fields: [{name: log, value: b}]}]',
      "1:42: transforms[0].fields[0].name: is a field of birler's own; take another name",
    ],
    ['transforms: [{type: set}]', '1:14: transforms[0].fields: is missing; name the fields to set'],
    [
      `transforms: [{type: set, fields: [{name: a, value: ${'x'.repeat(1024)}}]}]`,
      '1:34: transforms[0].fields: makes more than 1024 bytes of fields in each record',
    ],
    [
      'transforms: [{type: sample, keep_one_in: 1}]',
      '1:42: transforms[0].keep_one_in: 1 is too small; the least is 2',
    ],
  ])('%s is refused with what to do', (text, message) => {
    expect(complaint(text)).toBe(message);
  });
});
