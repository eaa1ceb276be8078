import { describe, expect, it } from 'vitest';
import { BirlerError, errnoOf, invariant, messageOf } from '../../../src/core/errors.ts';
import { systemError } from '../../support/fake-process.ts';

describe('errors', () => {
  it('of the system are known by their code, and others have none', () => {
    expect(errnoOf(systemError('ENOENT', 'open', '/a'))).toBe('ENOENT');
    for (const error of [
      new Error('x'),
      'ENOENT',
      { code: 'ENOENT' },
      null,
      Object.assign(new Error('x'), { code: 5 }),
    ]) {
      expect(errnoOf(error)).toBe('');
    }
  });

  it('have a message whatever was thrown', () => {
    expect([new Error('broken'), 'text', undefined].map(messageOf)).toEqual(['broken', 'text', 'undefined']);
  });

  it('of birler say what kind they are and what caused them', () => {
    const cause = new Error('EACCES');
    const error = new BirlerError('unreadable', '/a: no right to read it', { cause });
    expect([error.name, error.code, error.cause]).toEqual(['BirlerError', 'unreadable', cause]);
  });

  it('end what a broken invariant would corrupt', () => {
    expect(() => invariant(false, 'a parcel is empty')).toThrow('broken invariant: a parcel is empty');
    expect(() => invariant(true, 'a parcel is empty')).not.toThrow();
  });
});
