/** The part of WebAssembly that is used here: it is neither in TypeScript's es2023 nor in Node's types. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => WasmModule;
  readonly Instance: new (module: WasmModule) => { readonly exports: unknown };
};

/** Compiled code; any number of instances can be made of it. */
export type WasmModule = { readonly brand?: 'wasm' };

/** What every module made by build.py exports. Addresses are positions in `memory`. */
export interface WasmExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly __heap_base: { readonly value: number };
}

export const pageBytes = 65536;

/** Compiles the base64 text that build.py wrote. */
export function compile(base64: string): WasmModule {
  return new WebAssembly.Module(Buffer.from(base64, 'base64'));
}

/** An instance with a memory of its own. */
export function instantiate<Exports extends WasmExports>(module: WasmModule): Exports {
  return new WebAssembly.Instance(module).exports as Exports;
}

/** The first address that the code leaves to its caller, a multiple of 64. */
export function heapBase(exports: WasmExports): number {
  return Math.ceil(Number(exports.__heap_base.value) / 64) * 64;
}

/** Makes the memory at least so long. Views of it have to be made again. */
export function reserve({ memory }: WasmExports, bytes: number): void {
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / pageBytes));
}
