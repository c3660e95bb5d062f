/** Thrown where a flatbuffer points outside its bytes or counts more than they can hold. */
export class FlatProblem extends Error {}

/** What may still be read: tables and texts may be shared, and without a limit a few bytes unfold to any size. */
interface Budget {
  bytes: number;
}

/** Times the length of a flatbuffer that reading it may cost. */
const mostReadings = 8;

/**
 * A table of a flatbuffer (the format of Arrow's metadata) in bytes that nobody vouches for: every place and
 * every count is checked against the bytes before it is used, and reading costs no more than a few times them.
 */
export class FlatTable {
  readonly #budget: Budget;
  readonly #view: DataView;
  readonly #at: number;
  readonly #vtable: number;
  readonly #fields: number;

  private constructor(view: DataView, at: number, budget: Budget) {
    spend(budget, 4);
    this.#budget = budget;
    this.#view = view;
    this.#at = at;
    this.#vtable = at - view.getInt32(checked(view, at, 4), true);
    const size = view.getUint16(checked(view, this.#vtable, 4), true);
    checked(view, this.#vtable, size);
    this.#fields = Math.floor((size - 4) / 2);
  }

  /** The root table of `bytes`. @throws FlatProblem */
  static root(bytes: Uint8Array): FlatTable {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return new FlatTable(view, view.getUint32(checked(view, 0, 4), true), {
      bytes: mostReadings * bytes.length,
    });
  }

  byte(field: number, fallback = 0): number {
    const at = this.#place(field, 1);
    return at < 0 ? fallback : this.#view.getUint8(at);
  }

  short(field: number, fallback = 0): number {
    const at = this.#place(field, 2);
    return at < 0 ? fallback : this.#view.getInt16(at, true);
  }

  int(field: number, fallback = 0): number {
    const at = this.#place(field, 4);
    return at < 0 ? fallback : this.#view.getInt32(at, true);
  }

  /** A 64-bit count. @throws FlatProblem where it is negative or not exact as a number */
  count(field: number): number {
    const at = this.#place(field, 8);
    return at < 0 ? 0 : countAt(this.#view, at);
  }

  table(field: number): FlatTable | undefined {
    const at = this.#place(field, 4);
    return at < 0 ? undefined : new FlatTable(this.#view, this.#follow(at), this.#budget);
  }

  text(field: number): string | undefined {
    const at = this.#place(field, 4);
    return at < 0 ? undefined : this.#textAt(this.#follow(at));
  }

  tables(field: number): FlatTable[] {
    const { first, length } = this.#vector(field, 4);
    const found: FlatTable[] = [];
    for (let i = 0; i < length; i++)
      found.push(new FlatTable(this.#view, this.#follow(first + 4 * i), this.#budget));
    return found;
  }

  /** A vector of structs of two 64-bit counts each. */
  pairs(field: number): { readonly first: number; readonly second: number }[] {
    const { first, length } = this.#vector(field, 16);
    const found: { first: number; second: number }[] = [];
    for (let i = 0; i < length; i++) {
      const at = first + 16 * i;
      found.push({ first: countAt(this.#view, at), second: countAt(this.#view, at + 8) });
    }
    return found;
  }

  #place(field: number, size: number): number {
    if (field >= this.#fields) return -1;
    const offset = this.#view.getUint16(this.#vtable + 4 + 2 * field, true);
    return offset === 0 ? -1 : checked(this.#view, this.#at + offset, size);
  }

  #follow(at: number): number {
    return at + this.#view.getUint32(checked(this.#view, at, 4), true);
  }

  #vector(field: number, size: number): { first: number; length: number } {
    const at = this.#place(field, 4);
    if (at < 0) return { first: 0, length: 0 };
    const start = this.#follow(at);
    const length = this.#view.getUint32(checked(this.#view, start, 4), true);
    spend(this.#budget, length * size);
    return { first: checked(this.#view, start + 4, length * size), length };
  }

  #textAt(start: number): string {
    const length = this.#view.getUint32(checked(this.#view, start, 4), true);
    const at = checked(this.#view, start + 4, length);
    spend(this.#budget, length);
    return Buffer.from(this.#view.buffer, this.#view.byteOffset + at, length).toString('utf8');
  }
}

function spend(budget: Budget, bytes: number): void {
  budget.bytes -= bytes;
  if (budget.bytes < 0) throw new FlatProblem('its metadata unfolds to many times its length');
}

function checked(view: DataView, at: number, size: number): number {
  if (at >= 0 && at + size <= view.byteLength) return at;
  throw new FlatProblem(`its metadata points to byte ${at} of ${view.byteLength}`);
}

function countAt(view: DataView, at: number): number {
  const value = view.getInt32(at + 4, true) * 0x100000000 + view.getUint32(at, true);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new FlatProblem(`its metadata counts ${value}`);
}
