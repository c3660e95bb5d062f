import { choice, integer, section } from './keys.js';

export const learningSchema = section('Where the network runs.', {
  backend: choice(
    'What computes the network: onnx is onnxruntime-node, onnx-web its WebAssembly form, tfjs-* are forms of TensorFlow.js (docs/gpu.md); auto takes the first that works on learning.device.',
    ['auto', 'onnx', 'onnx-web', 'tfjs-node-gpu', 'tfjs-node', 'tfjs-wasm'],
    'auto',
  ),
  device: choice(
    'Where onnx and auto compute. On cpu, the default, no result depends on a graphics card being there; auto takes a GPU where one works and else the CPU; a GPU asked for by name that does not work is an error. tfjs-node-gpu always needs a GPU.',
    ['cpu', 'auto', 'cuda', 'dml', 'coreml', 'webgpu'],
    'cpu',
  ),
  threads: integer('Threads of the backend; gives the same bits whatever their number.', 2, {
    minimum: 1,
    maximum: 1024,
    results: false,
  }),
  score_batch_events: integer(
    "Events in one scoring batch, small enough for a core's cache; the last of a block is filled up with zeros (decisions.md 11).",
    512,
    { unit: 'events', minimum: 1, maximum: 1_048_576 },
  ),
});
