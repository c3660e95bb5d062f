import { choice, integer, section } from './keys.js';

export const learningSchema = section('Where the network runs.', {
  backend: choice(
    'What computes the network: onnx is onnxruntime-node, onnx-web its WebAssembly form; auto takes the first that works.',
    ['auto', 'onnx', 'onnx-web'],
    'auto',
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
