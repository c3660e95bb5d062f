import { RmmError } from '../../lib/base/error.js';
import { packageVersion } from '../../lib/base/package-root.js';
import { type FolderIndex, fileFaults, parseObject, requireFile } from '../../lib/learning/files.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import { modelFromFiles, modelIndexName } from '../../lib/learning/model.js';
import type { BackendCandidate } from '../../lib/learning/try-backend.js';
import { refuseMisfit, settingsOf } from '../scorer/model-fit.js';
import { type LoadedModel, readModelFiles } from '../scorer/model-folder.js';
import { agreementLimit, exportAgreement } from './export-agreement.js';

/** One thing that was looked at. */
export interface Check {
  readonly name: 'files' | 'content' | 'features' | 'export';
  /** Undefined where an earlier fault left nothing to look at. */
  readonly ok: boolean | undefined;
  /** What was found, or what is wrong: one line or several. */
  readonly detail: string;
}

/** What became of all checks of a model. */
export interface Verification {
  readonly id: string | undefined;
  readonly program: string | undefined;
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

/**
 * Looks at everything that a model says of itself: sizes and hashes of its files, what they hold, whether this
 * program makes the columns that it takes, and whether model.onnx gives the scores of the weights with the backend
 * that runs here.
 * @param candidates backends, the first that works computes with the weights, the first that runs graphs with the export
 * @throws model_missing where there is none, model_corrupt where a .zip cannot be unpacked, backend_unavailable
 */
export async function verifyModel(
  path: string,
  candidates: readonly BackendCandidate[] = backendCandidates(1),
): Promise<Verification> {
  const files = readModelFiles(path);
  const checks: Check[] = [filesCheck(files, path)];
  let loaded: LoadedModel | undefined;
  // Every look needs what the one before it has found in order.
  const look = async (name: Check['name'], body: () => string | Promise<string>) => {
    const isReady = checks.every(({ ok }) => ok === true) || (loaded !== undefined && name === 'export');
    checks.push(isReady ? await check(name, body) : { name, ok: undefined, detail: 'not looked at' });
  };
  await look('content', () => {
    loaded = modelFromFiles(files, path);
    const { network, scaler } = loaded.model;
    return `network ${network.description.name}, scaler ${scaler.id} and their sizes belong together`;
  });
  await look('features', () => featuresDetail(loaded!));
  await look('export', () => exportDetail(loaded!, files.get('model.onnx')!, candidates));
  const { program } = loaded?.model.record ?? {};
  return {
    id: loaded?.id,
    program: typeof program === 'string' ? program : undefined,
    ok: checks.every(({ ok }) => ok === true),
    checks,
  };
}

function filesCheck(files: ReadonlyMap<string, Uint8Array>, path: string): Check {
  try {
    const index = parseObject(requireFile(files, path, modelIndexName), `${path}/${modelIndexName}`);
    const listed = (index.files ?? {}) as FolderIndex['files'];
    const faults = fileFaults(files, path, modelIndexName, listed);
    if (faults.length > 0) return { name: 'files', ok: false, detail: faults.join('\n') };
    const count = Object.keys(listed).length;
    return { name: 'files', ok: true, detail: `${count} files have the size and sha256 of the index` };
  } catch (error) {
    return { name: 'files', ok: false, detail: messageOf(error) };
  }
}

async function check(name: Check['name'], look: () => string | Promise<string>): Promise<Check> {
  try {
    return { name, ok: true, detail: await look() };
  } catch (error) {
    return { name, ok: false, detail: messageOf(error) };
  }
}

/** @throws what is no fault of the model: one of the program, or a machine without backends */
function messageOf(error: unknown): string {
  if (error instanceof RmmError && error.code !== 'backend_unavailable') return error.message;
  throw error;
}

function featuresDetail(loaded: LoadedModel): string {
  const { settings, profile } = settingsOf(loaded);
  refuseMisfit(loaded, { config: settings, profile }, `what rmmstream ${packageVersion} makes`);
  const { features } = loaded.model;
  return `rmmstream ${packageVersion} makes the ${features.names.length} columns of ${features.layout}`;
}

async function exportDetail(
  { model }: LoadedModel,
  exported: Uint8Array,
  candidates: readonly BackendCandidate[],
): Promise<string> {
  const { backend } = await findBackend('auto', candidates);
  const runtime =
    backend.graphs ?? (await findBackend('auto', candidates.filter(runsGraphs))).backend.graphs!;
  const { rows, largestRelativeDifference: largest } = await exportAgreement(
    model,
    exported,
    backend,
    runtime,
  );
  const what = `on ${rows} made events the largest relative difference between model.onnx (${runtime.name} ${runtime.version}) and the weights (${backend.name} ${backend.version}) is ${largest.toExponential(1)}`;
  if (largest <= agreementLimit) return what;
  throw new RmmError('model_corrupt', `${what}; expected at most ${agreementLimit}`);
}

function runsGraphs({ name }: { readonly name: string }): boolean {
  return name.startsWith('onnxruntime');
}
