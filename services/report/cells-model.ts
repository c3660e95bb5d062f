import { isDeepStrictEqual } from 'node:util';
import { RmmError } from '../../lib/base/error.js';
import type { Config } from '../../lib/config/index.js';
import { CellErrors } from '../../lib/learning/cell-errors.js';
import { planExpansion } from '../../lib/learning/expansion-plan.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import { columnsOfSpec, type NetworkScore } from '../../lib/learning/score-plan.js';
import { scoringBatch } from '../../lib/learning/score-rows.js';
import { inverseUsualErrors } from '../../lib/learning/usual-errors.js';
import type { FeatureLayout } from '../../lib/physics/feature-rows.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import { cellMeanings, type RmmLayout } from '../../lib/physics/rmm/index.js';
import { featurizerOf } from '../featurizer/config.js';
import { loadModel } from '../scorer/model-folder.js';
import { scoreMeanings } from '../scorer/score-meaning.js';
import { scorePlanOf } from '../scorer/score-plan.js';
import type { ReportContext } from './context.js';
import { featuresMissing } from './row-places.js';

/** The features of the runs as columns, with what they are called. */
export interface FeatureNames {
  readonly layout: FeatureLayout;
  /** Undefined where features are a table. */
  readonly matrix: RmmLayout | undefined;
  /** By column: a cell in words, or a table's column by its name. */
  readonly meanings: readonly string[];
}

export function featureNames({ first }: Pick<ReportContext, 'first'>): FeatureNames {
  return featureNamesOf(first.config);
}

export function featureNamesOf(config: Config): FeatureNames {
  const { layout } = featurizerOf(config);
  const matrix = layout.type === 'rmm' ? (layout as RmmLayout) : undefined;
  return { layout, matrix, meanings: matrix === undefined ? layout.names : cellMeanings(matrix) };
}

/** The network of the runs, ready to say what each column adds to the score. */
export interface CellModel {
  readonly score: NetworkScore;
  readonly cells: CellErrors;
  readonly patterns: PatternTable;
  /** `model_version` of the rows that it has scored. */
  readonly version: string;
  release(): Promise<void>;
}

/**
 * The network whose error the score is.
 * @returns `notDefined` where there is none, the model or the features are not kept, in words
 * @throws model_corrupt, backend_unavailable
 */
export async function openCellModel(
  context: ReportContext,
): Promise<CellModel | { readonly notDefined: string }> {
  const { first, runs, score, threads } = context;
  const plan = scorePlanOf(first.config);
  const spec = plan.specs.find((one) => columnsOfSpec(one).includes(score));
  const type = spec?.type;
  if (type !== 'error' && type !== 'error_normalised' && type !== 'error_abs') {
    const meaning = scoreMeanings(plan).find(({ column }) => column === score)?.meaning;
    return {
      notDefined: `\`${score}\` is no error of one network${meaning === undefined ? '' : ` (${meaning})`}, so that it is no sum over cells; with \`report.score\` set to \`error\` or \`error_normalised\` this report shows them`,
    };
  }
  const missing = featuresMissing(runs.joined);
  if (missing !== undefined)
    return { notDefined: `${missing}, and features are what the network would reconstruct` };
  const loaded = modelOf(context);
  if (loaded === undefined)
    return { notDefined: `${first.shown} holds no model/, which would reconstruct the events` };
  const { model } = loaded;
  const { layout } = featurizerOf(first.config);
  if (!isDeepStrictEqual(model.features.names, layout.names))
    return { notDefined: `the model of ${first.shown} takes other columns than its features have` };
  // Whatever works: the last bits of a reconstruction do not matter to a picture.
  const { backend } = await findBackend('auto', backendCandidates(threads));
  const reconstructor = await backend.createReconstructor(model.network, model.parameters, {
    batch: scoringBatch,
    threads,
  });
  const inverse = inverseUsualErrors(model.usual, model.usualFloor);
  return {
    score: type,
    cells: new CellErrors(reconstructor, planExpansion(model.scaler), type, inverse),
    patterns: new PatternTable(layout.columns, layout.maskWords),
    version: loaded.id,
    release: () => reconstructor.release(),
  };
}

function modelOf({ first }: ReportContext) {
  try {
    return loadModel(first.layout.model);
  } catch (error) {
    if (error instanceof RmmError && error.code === 'model_missing') return undefined;
    throw error;
  }
}
