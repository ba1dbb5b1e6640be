interface Bounds<T> {
  readonly maxEntries: number;
  /** The bytes of a value, or what is proportional to them. */
  readonly sizeOf?: (value: T) => number;
  /** How large all values may be together. */
  readonly maxSize?: number;
}

/** The values that were set last: the oldest go when there are too many, or when they are too large together. */
export class BoundedMap<T> extends Map<string, T> {
  readonly #bounds: Bounds<T>;
  readonly #sizes = new Map<string, number>();
  #total = 0;

  constructor(bounds: Bounds<T>) {
    super();
    this.#bounds = bounds;
  }

  /** Makes the value the newest one. */
  override set(id: string, value: T): this {
    const { maxEntries, maxSize = Number.POSITIVE_INFINITY, sizeOf = () => 0 } = this.#bounds;
    this.delete(id);
    const size = sizeOf(value);
    super.set(id, value);
    this.#sizes.set(id, size);
    this.#total += size;
    for (const oldest of this.keys()) {
      if (this.size <= maxEntries && this.#total <= maxSize) break;
      this.delete(oldest);
    }
    return this;
  }

  /** Makes a value that is there the newest one. */
  touch(id: string): void {
    const value = this.get(id);
    if (value === undefined) return;
    super.delete(id);
    super.set(id, value);
  }

  override delete(id: string): boolean {
    this.#total -= this.#sizes.get(id) ?? 0;
    this.#sizes.delete(id);
    return super.delete(id);
  }

  override clear(): void {
    super.clear();
    this.#sizes.clear();
    this.#total = 0;
  }
}
