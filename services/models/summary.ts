import { describeActivation, layerRows, parameterCount } from '../../lib/learning/network-table.js';
import type { LoadedModel } from '../scorer/model-folder.js';
import { scoreMeanings } from '../scorer/score-meaning.js';
import { scorePlanOf } from '../scorer/score-plan.js';
import type { TrainingRecord } from '../trainer/training-record.js';

/** What a model is, in the words that `rmmstream model show --json` prints. */
export type ModelSummary = ReturnType<typeof modelSummary>;

/** Parts that a record does not say are undefined. */
export function modelSummary({ id, model }: LoadedModel) {
  const { network, scaler, features, scoring } = model;
  const record = model.record as unknown as Partial<TrainingRecord>;
  const { settings, training, data } = record;
  return {
    id,
    program: record.program,
    backend: record.backend,
    generation: record.generation,
    network: {
      name: network.description.name,
      input_activation: describeActivation(network.description.inputActivation),
      parameters: parameterCount(network),
      layers: layerRows(network),
    },
    features: { layout: features.layout, settings: features.settings, columns: features.names.length },
    scaler: {
      id: scaler.id,
      type: scaler.options.type,
      weights: scaler.options.weights,
      rows: scaler.rows,
      trained_columns: scaler.trained.length,
      around_columns: scaler.columns - scaler.trained.length,
      constant_columns: scaler.constant.length,
    },
    configuration_hash: record.configuration_hash,
    selection_hash: record.selection_hash,
    profile: record.profile?.name,
    luminosity_fb: settings?.luminosity_fb,
    data,
    training,
    scores: settings === undefined ? [] : scoreMeanings(scorePlanOf(settings)),
    scoring: {
      reference_events: scoring?.reference?.rows ?? 0,
      ensemble_seeds: scoring?.members.map(({ seed }) => seed) ?? [],
      ranked: scoring?.ranks.map(({ key }) => key) ?? [],
    },
  };
}
