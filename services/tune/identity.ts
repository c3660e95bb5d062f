import { createHash } from 'node:crypto';
import { packageVersion } from '../../lib/base/package-root.js';
import {
  canonicalJson,
  configurationIdentity,
  type JsonObject,
  type LoadedConfig,
} from '../../lib/config/index.js';
import type { OpenedFile } from '../pipeline/input-plan.js';
import { type Manifest, manifestOf } from '../pipeline/manifest.js';

/**
 * The manifest of a search: the background files, and what features and scaler depend on. Network, training and
 * `tune` may change: then trials are new, but not the features.
 */
export function tuneManifest(loaded: LoadedConfig, opened: readonly OpenedFile[]): Manifest {
  const { config, profile } = loaded;
  const identity = configurationIdentity({ ...config, input: { ...config.input, samples: [] } }, profile);
  const configuration = featurePart(identity);
  return {
    ...manifestOf(loaded, opened),
    configuration,
    configurationHash: createHash('sha256').update(canonicalJson(configuration)).digest('hex'),
  };
}

/** Sections and keys of a configuration's identity from which features, split and scaler follow. */
export function featurePart(identity: JsonObject): JsonObject {
  const { input, luminosity_fb, selection, features, scaler, profile } = identity as Record<
    string,
    JsonObject
  >;
  const { train_fraction, validation_fraction, split_salt } = identity.training as Record<string, number>;
  const training = { train_fraction, validation_fraction, split_salt };
  return { input, luminosity_fb, selection, features, scaler, profile, training } as JsonObject;
}

/** What the rows of a sample, their order and weights follow from. */
export function sampleIdentity(
  manifest: Manifest,
  { config: { tune, training } }: LoadedConfig,
): { readonly fingerprint: string; readonly identity: JsonObject } {
  const identity: JsonObject = {
    program: packageVersion,
    configuration: manifest.configuration as JsonObject,
    // The fingerprints say all of the files; their names may change.
    inputs: manifest.inputs.map(({ fingerprint, entries, sample }) => ({ fingerprint, entries, sample })),
    sample_events: tune.sample_events,
    validation_events: tune.validation_events,
    bucket_events: training.bucket_events,
    sample_weights: training.sample_weights,
  };
  const fingerprint = createHash('sha256').update(canonicalJson(identity)).digest('hex').slice(0, 16);
  return { fingerprint, identity };
}
