import type { Backend } from '../../lib/learning/backend.js';
import { allCandidates } from '../../lib/learning/find-backend.js';
import { bindingVariable } from '../../lib/learning/tfjs/open.js';
import { openBackend } from '../../lib/learning/try-backend.js';

/**
 * Names of the backends whose results are tested: those that npm ci brings, and those that only some machines can have
 * where the environment says that they are there (docs/gpu.md): RMMSTREAM_TFJS_NODE, RMMSTREAM_TFJS_NODE_GPU, and
 * RMMSTREAM_TEST_DEVICES for onnxruntime-node, as in `cuda,webgpu`. So a machine without them skips nothing.
 */
export function testedBackends(): string[] {
  const built = Object.entries(bindingVariable).filter(([, variable]) => process.env[variable]);
  const devices = (process.env.RMMSTREAM_TEST_DEVICES ?? '').split(',').filter((device) => device !== '');
  return [
    'onnxruntime-node',
    'onnxruntime-web',
    'tfjs-wasm',
    ...built.map(([name]) => name),
    ...devices.map((device) => `onnxruntime-node+${device}`),
  ];
}

/** Opens one of them. */
export async function openTestBackend(name: string, threads = 1): Promise<Backend> {
  const candidate = allCandidates(threads).find((one) => one.name === name);
  if (candidate === undefined) throw new Error(`this platform has no backend ${name}`);
  return openBackend(candidate);
}
