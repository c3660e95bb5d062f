import { ByteSink } from './byte-sink.js';

const compactType = {
  true: 1,
  false: 2,
  byte: 3,
  i16: 4,
  i32: 5,
  i64: 6,
  binary: 8,
  list: 9,
  struct: 12,
} as const;

/** Thrift's compact protocol: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md */
export class ThriftWriter {
  readonly sink = new ByteSink(4096);
  #lastField = 0;
  readonly #outer: number[] = [];

  clear(): void {
    this.sink.clear();
    this.#lastField = 0;
    this.#outer.length = 0;
  }

  i32(field: number, value: number): void {
    this.#field(field, compactType.i32);
    this.sink.zigzag(value);
  }

  i64(field: number, value: number): void {
    this.#field(field, compactType.i64);
    this.sink.zigzag(value);
  }

  i16(field: number, value: number): void {
    this.#field(field, compactType.i16);
    this.sink.zigzag(value);
  }

  i8(field: number, value: number): void {
    this.#field(field, compactType.byte);
    this.sink.byte(value);
  }

  boolean(field: number, value: boolean): void {
    this.#field(field, value ? compactType.true : compactType.false);
  }

  binary(field: number, value: string | Uint8Array): void {
    this.#field(field, compactType.binary);
    this.#bytes(value);
  }

  struct(field: number, write: () => void): void {
    this.#field(field, compactType.struct);
    this.#body(write);
  }

  i32List(field: number, values: readonly number[]): void {
    this.#list(field, values.length, compactType.i32);
    for (const value of values) this.sink.zigzag(value);
  }

  binaryList(field: number, values: readonly string[]): void {
    this.#list(field, values.length, compactType.binary);
    for (const value of values) this.#bytes(value);
  }

  structList<T>(field: number, values: readonly T[], write: (value: T, index: number) => void): void {
    this.#list(field, values.length, compactType.struct);
    for (let i = 0; i < values.length; i++) this.#body(() => write(values[i]!, i));
  }

  /** Ends the outermost struct. */
  stop(): void {
    this.sink.byte(0);
  }

  #body(write: () => void): void {
    this.#outer.push(this.#lastField);
    this.#lastField = 0;
    write();
    this.sink.byte(0);
    this.#lastField = this.#outer.pop()!;
  }

  #field(field: number, type: number): void {
    const step = field - this.#lastField;
    if (step > 0 && step < 16) this.sink.byte((step << 4) | type);
    else {
      this.sink.byte(type);
      this.sink.zigzag(field);
    }
    this.#lastField = field;
  }

  #list(field: number, count: number, type: number): void {
    this.#field(field, compactType.list);
    if (count < 15) this.sink.byte((count << 4) | type);
    else {
      this.sink.byte(0xf0 | type);
      this.sink.varint(count);
    }
  }

  #bytes(value: string | Uint8Array): void {
    const bytes = typeof value === 'string' ? Buffer.from(value, 'utf8') : value;
    this.sink.varint(bytes.length);
    this.sink.append(bytes);
  }
}
