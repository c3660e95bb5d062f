import { type Backend, checkParameters, type RunOptions } from '../backend.js';
import { meanNetwork } from '../mean-network.js';
import type { Network } from '../network.js';
import { onEngine } from './engine.js';
import { forward } from './layers.js';
import { Ops } from './ops.js';
import type { Tensor, TensorFlowDoor } from './tensorflow.js';
import { createTfjsTrainer } from './trainer.js';

/** A backend that runs networks on an opened TensorFlow.js. `threads` of its options is the door's affair. */
export function tfjsBackend(door: TensorFlowDoor): Backend {
  const { tf } = door;
  return {
    name: door.name,
    version: door.version,
    createTrainer: (network, state, options) => createTfjsTrainer(door, network, state, options),

    async createScorer(network, parameters, inverseUsual, { batch }) {
      const { run, release, ops } = await loadNetwork(door, network, parameters, { batch });
      const { columns } = network;
      // One product for both sums: ones in the first column, the inverse usual errors in the second.
      const interleaved = new Float32Array(2 * columns).fill(1);
      inverseUsual.forEach((value, column) => {
        interleaved[2 * column + 1] = value;
      });
      const factors = await onEngine(door, () => tf.keep(tf.tensor(interleaved, [columns, 2])));
      const sums = {
        squares: new Float32Array(batch),
        normalised: new Float32Array(batch),
        absolutes: new Float32Array(batch),
      };
      return {
        network,
        batch,
        async score(x) {
          const [pairs, absolutes] = await run(x, (output, sent) => {
            const difference = tf.sub(output, sent);
            return [tf.matMul(tf.square(difference), factors), ops.rowSums(tf.abs(difference))];
          });
          for (let row = 0; row < batch; row++) {
            sums.squares[row] = pairs![2 * row]!;
            sums.normalised[row] = pairs![2 * row + 1]!;
          }
          sums.absolutes.set(absolutes!);
          return sums;
        },
        async release() {
          factors.dispose();
          release();
        },
      };
    },

    async createReconstructor(network, parameters, { batch }) {
      const { run, release } = await loadNetwork(door, network, parameters, { batch });
      const reconstruction = new Float32Array(batch * network.columns);
      return {
        network,
        batch,
        async reconstruct(x) {
          const [values] = await run(x, (output) => [output]);
          reconstruction.set(values!);
          return reconstruction;
        },
        release: async () => release(),
      };
    },
  };
}

/** A network whose parameters lie with the backend, and a way to send batches through it. */
async function loadNetwork(
  door: TensorFlowDoor,
  network: Network,
  parameters: readonly Float32Array[],
  { batch }: Pick<RunOptions, 'batch'>,
) {
  checkParameters(network, parameters);
  const { tf } = door;
  const ops = new Ops(door);
  const scoring = meanNetwork(network, parameters);
  const sent = await onEngine(door, () =>
    scoring.network.parameters.map(({ dims }, index) =>
      tf.keep(tf.tensor(scoring.parameters[index]!.slice(), dims)),
    ),
  );
  return {
    ops,
    run: (x: Float32Array, results: (output: Tensor, x: Tensor) => Tensor[]): Promise<Float32Array[]> =>
      onEngine(door, () => {
        const tensors = tf.tidy(() => {
          const input = tf.tensor(x, [batch, network.columns]);
          return results(forward(ops, scoring.network, input, sent).at(-1)!.output, input);
        });
        const values = tensors.map((tensor) => tensor.dataSync());
        for (const tensor of tensors) tensor.dispose();
        return values;
      }),
    release(): void {
      for (const tensor of sent) tensor.dispose();
      ops.release();
    },
  };
}
