import { type Backend, initialState } from './backend.js';
import { plainTraining } from './loss.js';
import { buildNetwork } from './network.js';

const options = { batch: 1, threads: 1 } as const;

/** How to open one backend; opening may fail in any way. */
export interface BackendCandidate {
  /** The backend's name, with +DEVICE behind it where onnxruntime-node computes on a GPU. */
  readonly name: string;
  /** True where `auto` passes it over. */
  readonly onlyByName?: boolean;
  open(): Promise<Backend>;
}

/** Opens and tries one candidate. */
export async function openBackend(candidate: BackendCandidate): Promise<Backend> {
  const backend = await candidate.open();
  await tryBackend(backend);
  return backend;
}

/**
 * Lets a backend score one row of a network of one unit, and train one step on it.
 * @throws Error where a result is wrong
 */
async function tryBackend(backend: Backend): Promise<void> {
  const network = buildNetwork(
    {
      name: 'trial',
      inputActivation: { type: 'linear' },
      layers: [{ units: 'columns', activation: { type: 'relu' } }],
    },
    1,
  );
  // x = 3 gives max(0, 3 x 2 + 1) = 7, a difference of 4.
  const parameters = [Float32Array.of(2), Float32Array.of(1)];
  const x = Float32Array.of(3);
  const scorer = await backend.createScorer(network, parameters, Float32Array.of(0.5), options);
  const { squares, normalised, absolutes } = await scorer.score(x);
  const right = squares[0] === 16 && normalised[0] === 8 && absolutes[0] === 4;
  await scorer.release();
  if (!right) throw new Error(`it computes wrongly: (7 - 3)^2 = ${squares[0]}`);

  const trainer = await backend.createTrainer(network, initialState(parameters), {
    ...options,
    ...plainTraining,
  });
  const loss = await trainer.step({ x, weights: Float32Array.of(1), noise: [] }, 0.125);
  const [kernel, bias] = trainer.state().parameters;
  await trainer.release();
  // The first step of Adam is as long as the learning rate, against the sign of the gradient: 24 and 8.
  const near = (value: number, expected: number) => Math.abs(value - expected) < 1e-5;
  if (loss !== 16 || !near(kernel![0]!, 1.875) || !near(bias![0]!, 0.875)) {
    throw new Error(`it trains wrongly: a loss of ${loss} for 16, a step to ${kernel![0]} for 1.875`);
  }
}
