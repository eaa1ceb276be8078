/**
 * A map of which there is one for each stream, and which nearly always is empty: an empty Map takes 200 bytes, this one 24. Ten
 * thousand streams have seven each.
 */
export class RareMap<K, V> implements Iterable<readonly [K, V]> {
  #map: Map<K, V> | undefined;

  get size(): number {
    return this.#map?.size ?? 0;
  }

  get(key: K): V | undefined {
    return this.#map?.get(key);
  }

  has(key: K): boolean {
    return this.#map?.has(key) === true;
  }

  set(key: K, value: V): void {
    this.#map ??= new Map();
    this.#map.set(key, value);
  }

  delete(key: K): void {
    this.#map?.delete(key);
    if (this.#map?.size === 0) this.#map = undefined;
  }

  clear(): void {
    this.#map = undefined;
  }

  values(): Iterable<V> {
    return this.#map?.values() ?? [];
  }

  [Symbol.iterator](): Iterator<readonly [K, V], undefined> {
    return (this.#map ?? NONE)[Symbol.iterator]();
  }
}

const NONE: ReadonlyMap<never, never> = new Map<never, never>();
