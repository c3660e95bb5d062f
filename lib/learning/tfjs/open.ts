import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import type { Backend } from '../backend.js';
import { computeInFullPrecision } from '../native-settings.js';
import type { TensorFlow, TensorFlowDoor } from './tensorflow.js';
import { tfjsBackend } from './tfjs-backend.js';

/** Version of TensorFlow.js that this was written and tested against. */
const tfjsVersion = '4.22.0';

/** Where a binding built by deploy/gpu/build-tfjs-binding.sh lies, by package. */
export const bindingVariable = {
  'tfjs-node': 'RMMSTREAM_TFJS_NODE',
  'tfjs-node-gpu': 'RMMSTREAM_TFJS_NODE_GPU',
} as const;

interface TfjsModule extends TensorFlow {
  readonly version: Readonly<Record<string, string>>;
  readonly version_core: string;
  backend(): {
    readonly isUsingGpuDevice?: boolean;
    readonly binding?: { readonly TF_Version: string };
  };
}

/**
 * TensorFlow.js on WebAssembly, one thread: its threaded build does not start in Node.
 * @throws Error that says how to install it
 */
export async function openTfjsWasm(): Promise<Backend> {
  const packages = ['@tensorflow/tfjs-core', '@tensorflow/tfjs-backend-wasm'] as const;
  const tf = await loaded(packages, async () => {
    // Names in variables: the compiler must not look for packages that may be absent.
    const [core, wasm] = packages;
    const module = (await import(core)) as { default: TfjsModule };
    await import(wasm);
    return module.default;
  });
  const door: TensorFlowDoor = {
    name: 'tfjs-wasm',
    version: tf.version_core,
    tf,
    engine: 'wasm',
    plainProductsOnly: true,
  };
  if (!(await tf.setBackend('wasm'))) throw new Error('its WebAssembly module does not start');
  return tfjsBackend(door);
}

/**
 * TensorFlow's own library through @tensorflow/tfjs-node or tfjs-node-gpu.
 * @param threads of TensorFlow's pool, which is made once in a process
 * @throws Error that says what is missing and how to get it
 */
export async function openTfjsNode(kind: keyof typeof bindingVariable, threads: number): Promise<Backend> {
  computeInFullPrecision();
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  process.env.TF_NUM_INTRAOP_THREADS ??= `${threads}`;
  const name = `@tensorflow/${kind}`;
  const folder = process.env[bindingVariable[kind]];
  const require = createRequire(folder ? resolve(folder, 'package.json') : import.meta.url);
  restoreRemovedFunction();
  const tf = await loaded([name], async () => require(name) as TfjsModule, folder, bindingHelp(kind));
  const engine = 'tensorflow';
  if (!(await tf.setBackend(engine))) throw new Error('its backend does not start');
  const { isUsingGpuDevice, binding } = tf.backend();
  if (kind === 'tfjs-node-gpu' && isUsingGpuDevice !== true) {
    throw new Error('TensorFlow finds no GPU that it can use; nvidia-smi must list one (docs/gpu.md)');
  }
  const version = `${tf.version[`tfjs-node`]}+tensorflow-${binding?.TF_Version}`;
  return tfjsBackend({ name: kind, version, tf, engine, plainProductsOnly: false });
}

/** TensorFlow.js 4.22 calls a function of node:util that Node 23 has removed. */
function restoreRemovedFunction(): void {
  const util = createRequire(import.meta.url)('node:util') as {
    isNullOrUndefined?: (value: unknown) => boolean;
  };
  util.isNullOrUndefined ??= (value) => value === undefined || value === null;
}

function bindingHelp(kind: keyof typeof bindingVariable): string {
  const gpu = kind === 'tfjs-node-gpu' ? ' --gpu' : '';
  return `run deploy/gpu/build-tfjs-binding.sh${gpu} DIR, then export ${bindingVariable[kind]}=DIR (docs/gpu.md)`;
}

async function loaded(
  packages: readonly string[],
  load: () => Promise<TfjsModule>,
  folder?: string,
  help = `npm install --no-save ${packages.map((name) => `${name}@${tfjsVersion}`).join(' ')}`,
): Promise<TfjsModule> {
  try {
    return await load();
  } catch (cause) {
    const code = (cause as { code?: unknown }).code;
    const missing = code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND';
    const where = folder ? ` in ${folder}` : '';
    const what = missing ? 'not installed' : (cause as Error).message.split('\n', 1)[0];
    throw new Error(`${packages.join(', ')}: ${what}${where}; ${help}`, { cause });
  }
}
