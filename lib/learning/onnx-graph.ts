import { endianness } from 'node:os';
import { invariant } from '../base/error.js';
import { ProtobufWriter } from './onnx-protobuf.js';

/** A dimension: a number, or the name of one that is only known when the graph runs. */
export type Dimension = number | string;

/** Name and shape of a float32 tensor that goes into or comes out of a graph. */
export interface TensorSpec {
  readonly name: string;
  readonly dims: readonly Dimension[];
}

/** A graph as bytes of an ONNX model, with what it takes and gives, all float32. */
export interface OnnxGraph {
  readonly model: Uint8Array;
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

type Attribute = { readonly int: number } | { readonly float: number } | { readonly ints: readonly number[] };

/** What a model says of itself to whoever opens it: onnx's doc_string, producer_version and metadata_props. */
export interface GraphNotes {
  readonly producerVersion: string;
  readonly description: string;
  readonly properties: Readonly<Record<string, string>>;
}

// TensorProto.DataType and AttributeProto.AttributeType of onnx.proto3.
const dataTypeFloat = 1;
const dataTypeInt64 = 7;
const dataTypeDouble = 11;
const attributeFloat = 1;
const attributeInt = 2;
const attributeInts = 7;

/** What every runtime in use reads: opset 17 (ReduceSum takes its axes as an input, the other reductions as an attribute), IR 8. */
export const onnxOpset = 17;
const irVersion = 8;

/** Writes an ONNX graph node by node; tensors are named t0, t1, ... so that the same calls give the same bytes. */
export class GraphBuilder {
  private readonly nodes: Uint8Array[] = [];
  private readonly initializers: Uint8Array[] = [];
  private readonly inputs: TensorSpec[] = [];
  private readonly outputs: TensorSpec[] = [];
  private readonly scalars = new Map<number, string>();
  private names = 0;

  constructor(private readonly name: string) {}

  input(name: string, dims: readonly Dimension[]): string {
    this.inputs.push({ name, dims });
    return name;
  }

  /** Makes `tensor` an output; where it has another name already, a copy of it. */
  output(name: string, dims: readonly Dimension[], tensor: string): void {
    this.outputs.push({ name, dims });
    if (tensor !== name) this.node('Identity', [tensor], {}, name);
  }

  /** One node with one result; returns the name of the result. */
  node(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    result?: string,
  ): string {
    const output = result ?? `t${this.names++}`;
    const writer = new ProtobufWriter();
    for (const input of inputs) writer.text(1, input);
    writer.text(2, output).text(3, `${operator}_${this.nodes.length}`).text(4, operator);
    for (const [name, value] of Object.entries(attributes)) writer.message(5, attribute(name, value));
    this.nodes.push(writer.finish());
    return output;
  }

  /** A float32 constant that travels in the model. */
  constant(name: string, dims: readonly number[], values: Float32Array): string {
    const expected = dims.reduce((product, dim) => product * dim, 1);
    invariant(values.length === expected, `constant ${name} holds ${values.length} of ${expected} values`);
    this.initializers.push(tensor(name, dims, dataTypeFloat, littleEndianFloats(values)));
    return name;
  }

  /** A float64 vector constant. */
  doubles(values: Float64Array): string {
    const name = `d${this.names++}`;
    const view = new DataView(new ArrayBuffer(8 * values.length));
    values.forEach((value, index) => {
      view.setFloat64(8 * index, value, true);
    });
    this.initializers.push(tensor(name, [values.length], dataTypeDouble, new Uint8Array(view.buffer)));
    return name;
  }

  cast(tensor: string, to: 'float' | 'double'): string {
    return this.node('Cast', [tensor], { to: { int: to === 'float' ? dataTypeFloat : dataTypeDouble } });
  }

  /** A float32 scalar, stored once however often it is used. */
  scalar(value: number): string {
    const known = this.scalars.get(value);
    if (known !== undefined) return known;
    const name = this.constant(`c${this.scalars.size}`, [], Float32Array.of(value));
    this.scalars.set(value, name);
    return name;
  }

  /** An int64 vector constant: axes and shapes. */
  integers(values: readonly number[]): string {
    const name = `i${this.names++}`;
    const view = new DataView(new ArrayBuffer(8 * values.length));
    values.forEach((value, index) => {
      view.setBigInt64(8 * index, BigInt(value), true);
    });
    this.initializers.push(tensor(name, [values.length], dataTypeInt64, new Uint8Array(view.buffer)));
    return name;
  }

  finish(notes?: GraphNotes): OnnxGraph {
    const model = new ProtobufWriter();
    model.integer(1, irVersion).text(2, 'rmmstream');
    if (notes !== undefined) model.text(3, notes.producerVersion).text(6, notes.description);
    model.message(7, (graph) => {
      for (const node of this.nodes) graph.blob(1, node);
      graph.text(2, this.name);
      for (const initializer of this.initializers) graph.blob(5, initializer);
      for (const input of this.inputs) graph.message(11, valueInfo(input));
      for (const output of this.outputs) graph.message(12, valueInfo(output));
    });
    model.message(8, (opset) => opset.text(1, '').integer(2, onnxOpset));
    for (const [key, value] of Object.entries(notes?.properties ?? {}))
      model.message(14, (entry) => entry.text(1, key).text(2, value));
    return { model: model.finish(), inputs: this.inputs, outputs: this.outputs };
  }
}

function attribute(name: string, value: Attribute): (writer: ProtobufWriter) => void {
  return (writer) => {
    writer.text(1, name);
    if ('int' in value) writer.integer(3, value.int).integer(20, attributeInt);
    else if ('float' in value) writer.float(2, value.float).integer(20, attributeFloat);
    else {
      for (const item of value.ints) writer.integer(8, item);
      writer.integer(20, attributeInts);
    }
  };
}

function tensor(name: string, dims: readonly number[], type: number, raw: Uint8Array): Uint8Array {
  const writer = new ProtobufWriter();
  for (const dim of dims) writer.integer(1, dim);
  return writer.integer(2, type).text(8, name).blob(9, raw).finish();
}

function valueInfo(spec: TensorSpec): (writer: ProtobufWriter) => void {
  return (writer) =>
    writer.text(1, spec.name).message(2, (type) =>
      type.message(1, (tensorType) =>
        tensorType.integer(1, dataTypeFloat).message(2, (shape) => {
          for (const dim of spec.dims) {
            shape.message(1, (entry) =>
              typeof dim === 'number' ? entry.integer(1, dim) : entry.text(2, dim),
            );
          }
        }),
      ),
    );
}

/** The bytes of float32 values in little-endian order, whatever the machine. */
export function littleEndianFloats(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength).slice();
  if (endianness() === 'BE') Buffer.from(bytes.buffer).swap32();
  return bytes;
}

/** Reads what littleEndianFloats wrote; `bytes` is copied, so its alignment does not matter. */
export function floatsFromLittleEndian(bytes: Uint8Array): Float32Array {
  invariant(bytes.length % 4 === 0, `${bytes.length} bytes are not a whole number of float32 values`);
  // Not slice(): a Buffer's slice shares its memory.
  const copy = new Uint8Array(bytes);
  if (endianness() === 'BE') Buffer.from(copy.buffer).swap32();
  return new Float32Array(copy.buffer);
}
