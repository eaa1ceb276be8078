import { describe, expect, it } from 'vitest';
import { RareMap } from '../../../src/tail/rare-map.ts';

describe('a map that nearly always is empty', () => {
  it('holds nothing at first', () => {
    const map = new RareMap<string, number>();
    expect([map.size, map.has('a'), map.get('a'), [...map], [...map.values()]]).toEqual([
      0,
      false,
      undefined,
      [],
      [],
    ]);
    map.delete('a');
    map.clear();
    expect(map.size).toBe(0);
  });

  it('is a map otherwise', () => {
    const map = new RareMap<string, number>();
    map.set('a', 1);
    map.set('b', 2);
    map.set('a', 3);
    expect([...map]).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
    expect([map.size, map.has('a'), map.get('b'), [...map.values()]]).toEqual([2, true, 2, [3, 2]]);
    map.delete('a');
    expect([...map]).toEqual([['b', 2]]);
    map.delete('b');
    expect([...map]).toEqual([]);
    map.set('c', 4);
    map.clear();
    expect([...map]).toEqual([]);
  });

  it('can lose what it is at while it is gone through', () => {
    const map = new RareMap<string, number>();
    for (const key of ['a', 'b', 'c']) map.set(key, 1);
    const seen: string[] = [];
    for (const [key] of map) {
      seen.push(key);
      map.delete(key);
    }
    expect(seen).toEqual(['a', 'b', 'c']);
    expect(map.size).toBe(0);
  });
});
