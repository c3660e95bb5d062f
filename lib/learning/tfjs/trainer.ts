import { adamRate } from '../adam.js';
import {
  checkState,
  type StepInput,
  type Trainer,
  type TrainerOptions,
  type TrainerState,
} from '../backend.js';
import { checkLoss } from '../loss.js';
import type { Network } from '../network.js';
import { onEngine } from './engine.js';
import { type DeviceBatch, lossAndGradients, plainLoss } from './gradients.js';
import { forward, type LayerNoise } from './layers.js';
import type { Objective } from './objective.js';
import { Ops } from './ops.js';
import type { Tensor, TensorFlowDoor } from './tensorflow.js';
import { adamStep, clipGradients, type DeviceState } from './update.js';

/**
 * Training on TensorFlow.js. Parameters and moments stay with the backend between steps; a step sends its batch there
 * and gets the loss back.
 */
export async function createTfjsTrainer(
  door: TensorFlowDoor,
  network: Network,
  start: TrainerState,
  options: TrainerOptions,
): Promise<Trainer> {
  const { batch, loss, clip } = options;
  checkLoss(network, loss, clip);
  const { tf } = door;
  const ops = new Ops(door);
  const features = loss.featureWeights;
  const featureWeights =
    features === undefined
      ? undefined
      : await onEngine(door, () => tf.keep(tf.tensor(features, [1, network.columns])));
  const objective: Objective = { network, loss, features: featureWeights };
  let step = 0;
  let device: DeviceState | undefined;
  /** A state that has not been sent to the device yet: sending waits for the backend, restoring does not. */
  let waiting: TrainerState | undefined;

  const restore = (state: TrainerState): void => {
    checkState(network, state);
    waiting = copyState(state);
    step = state.step;
  };
  const current = (): DeviceState => {
    if (waiting !== undefined) {
      disposeState(device);
      device = sendState(door, network, waiting);
      waiting = undefined;
    }
    return device!;
  };
  const send = (x: Float32Array, weights: Float32Array): DeviceBatch => ({
    x: tf.tensor(x, [batch, network.columns]),
    weights: ops.scale(tf.tensor(weights, [batch, 1]), 1 / batch),
  });
  restore(start);

  return {
    network,
    batch,
    get steps() {
      return step;
    },
    step(input, learningRate) {
      return onEngine(door, () => {
        const state = current();
        const rate = adamRate(learningRate, step + 1);
        const { loss: value, next } = tf.tidy(() => {
          const sent = send(input.x, input.weights);
          const noise = sendNoise(door, network, input, batch);
          const { loss: stepLoss, gradients } = lossAndGradients(
            ops,
            objective,
            sent,
            state.parameters,
            noise,
          );
          const clipped = clipGradients(ops, clip, gradients);
          return { loss: stepLoss, next: { ...adamStep(ops, state, clipped, tf.scalar(rate)) } };
        });
        disposeState(state);
        device = next;
        step += 1;
        return take(value)[0]!;
      });
    },
    evaluate(x, weights) {
      return onEngine(door, () => {
        const { parameters } = current();
        return take(tf.tidy(() => plainLoss(ops, objective, send(x, weights), parameters)))[0]!;
      });
    },
    addColumnErrors(x, weights, sums) {
      return onEngine(door, () => {
        const { parameters } = current();
        const squares = tf.tidy(() => {
          const sent = tf.tensor(x, [batch, network.columns]);
          const output = forward(ops, network, sent, parameters).at(-1)!.output;
          return tf.matMul(tf.tensor(weights, [1, batch]), tf.square(tf.sub(output, sent)));
        });
        take(squares).forEach((value, column) => {
          sums[column]! += value;
        });
      });
    },
    state() {
      if (waiting !== undefined) return copyState(waiting);
      const read = (tensors: readonly Tensor[]) => tensors.map((tensor) => tensor.dataSync().slice());
      const { parameters, first, second } = device!;
      return { parameters: read(parameters), first: read(first), second: read(second), step };
    },
    restore,
    async release() {
      disposeState(device);
      device = undefined;
      featureWeights?.dispose();
      ops.release();
    },
  };
}

function sendState(door: TensorFlowDoor, network: Network, state: TrainerState): DeviceState {
  const send = (list: readonly Float32Array[]) =>
    network.parameters.map(({ dims }, index) => door.tf.keep(door.tf.tensor(list[index]!, dims)));
  return { parameters: send(state.parameters), first: send(state.first), second: send(state.second) };
}

function sendNoise(door: TensorFlowDoor, network: Network, { noise }: StepInput, batch: number): LayerNoise {
  return new Map(
    network.noise.map(({ layer, width }, index) => [layer, door.tf.tensor(noise[index]!, [batch, width])]),
  );
}

function disposeState(state: DeviceState | undefined): void {
  if (state === undefined) return;
  for (const tensors of [state.parameters, state.first, state.second])
    for (const tensor of tensors) tensor.dispose();
}

function take(tensor: Tensor): Float32Array {
  const values = tensor.dataSync();
  tensor.dispose();
  return values;
}

function copyState({ parameters, first, second, step }: TrainerState): TrainerState {
  const copy = (list: readonly Float32Array[]) => list.map((values) => values.slice());
  return { parameters: copy(parameters), first: copy(first), second: copy(second), step };
}
