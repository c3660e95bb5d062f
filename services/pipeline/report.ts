import { RmmError } from '../../lib/base/error.js';
import { packageVersion } from '../../lib/base/package-root.js';
import type { LoadedConfig } from '../../lib/config/index.js';
import { splitNames } from '../../lib/physics/identity.js';
import { isCorrupt } from '../../lib/physics/selection/index.js';
import type { FileWeights } from '../ingest/weigh.js';
import type { ExcludedColumn } from '../scaler/excluded-columns.js';
import type { LoadedModel } from '../scorer/model-folder.js';
import type { TrainingRecord } from '../trainer/training-record.js';
import { eventCounts, type SampleCutFlow } from './cutflow.js';
import type { Evaluation } from './evaluation.js';
import type { FileContext } from './file-context.js';
import type { Manifest } from './manifest.js';
import type { RangeRecord } from './records.js';
import { scoresRecord } from './scores-record.js';

/** An input file as run.json names it. */
export type ReportedFile = Pick<FileContext, 'sample' | 'kind' | 'name' | 'fingerprint' | 'entries'> & {
  readonly bytes: number;
  /** What the weight pass found; undefined for data. */
  readonly weights: FileWeights | undefined;
};

export interface ReportParts {
  readonly given: Pick<LoadedConfig, 'config' | 'profile'>;
  readonly manifest: Pick<Manifest, 'configurationHash' | 'configuration'>;
  readonly files: readonly ReportedFile[];
  readonly records: readonly RangeRecord[];
  readonly cutFlows: Readonly<Record<string, SampleCutFlow>>;
  readonly duplicates: number;
  readonly loaded: LoadedModel;
  readonly scored: number;
  readonly evaluation: Evaluation | undefined;
  readonly timing: unknown;
  /** Columns that are left out of training. */
  readonly excluded: readonly ExcludedColumn[];
  /** Entries of blocks that are dead letters as a whole, of which nothing more is known. */
  readonly inDeadMessages?: number;
}

/** run.json. Everything but `timing` is the same for the same inputs, configuration and backend. */
export type RunReport = ReturnType<typeof runReport>;

export function runReport(parts: ReportParts) {
  const { manifest, loaded, records } = parts;
  const { scaler } = loaded.model;
  const record = loaded.model.record as unknown as TrainingRecord;
  const { inDeadMessages = 0 } = parts;
  const read = records.reduce((sum, { entries }) => sum + entries, inDeadMessages);
  const { selected = 0, ...rejected } = eventCounts(records);
  return {
    program: { name: 'rmmstream', version: packageVersion },
    configuration_hash: manifest.configurationHash,
    configuration: manifest.configuration,
    profile: parts.given.profile.name,
    inputs: parts.files.map(inputOf),
    seed: parts.given.config.training.seed,
    backend: record.backend,
    events: {
      read,
      selected,
      rejected,
      ...(inDeadMessages === 0 ? {} : { in_dead_messages: inDeadMessages }),
      scored: parts.scored,
      duplicate_split_keys: parts.duplicates,
    },
    samples: Object.fromEntries(
      Object.entries(parts.cutFlows).map(([name, flow]) => [name, sampleOf(name, flow, parts)]),
    ),
    scaler: {
      id: scaler.id,
      columns: scaler.columns,
      trained_columns: scaler.trained.length,
      constant_columns: scaler.constant.length,
    },
    ...(parts.excluded.length === 0 ? {} : { excluded_columns: parts.excluded }),
    model: loaded.id,
    training: record.training,
    scores: scoresRecord(parts.given.config, loaded),
    evaluation: parts.evaluation,
    timing: parts.timing,
  };
}

function inputOf({ weights, ...file }: ReportedFile) {
  return {
    sample: file.sample,
    kind: file.kind,
    file: file.name,
    fingerprint: file.fingerprint,
    bytes: file.bytes,
    entries: file.entries,
    ...(weights === undefined
      ? {}
      : {
          productions: weights.productions.map(({ channel, crossSectionPb, sumOfWeights }) => ({
            channel,
            cross_section_pb: crossSectionPb,
            sum_of_weights: sumOfWeights,
          })),
          corrupt_weights: weights.corruptRows,
        }),
  };
}

function sampleOf(name: string, flow: SampleCutFlow, { records, files, given }: ReportParts) {
  const { max_fraction, min_rows } = given.config.selection.corrupt;
  const corruptWeights = files.reduce(
    (sum, file) => sum + (file.sample === name ? (file.weights?.corruptRows ?? 0) : 0),
    0,
  );
  const sample = given.config.input.samples.find((one) => one.name === name);
  const counts = splitNames.map((_, code) =>
    records.reduce((sum, record) => sum + (record.sample === name ? (record.rowsBySplit[code] ?? 0) : 0), 0),
  );
  const selected = counts.reduce((sum, count) => sum + count, 0);
  return {
    kind: flow.kind,
    entries: flow.entries,
    selected,
    rows_by_split: Object.fromEntries(
      splitNames.map((split, code) => [split, counts[code]]).filter(([, count]) => count !== 0),
    ),
    // What the test part really is of the sample; yields scale it by the nominal fraction (decisions.md 7).
    ...(flow.kind === 'background' && selected > 0 ? { realised_test_fraction: counts[2]! / selected } : {}),
    dead_letters: flow.dead_letters,
    // Too many corrupt weights to trust the rest: named here, left out by reports unless told otherwise.
    corrupt: isCorrupt(corruptWeights, flow.entries, max_fraction, min_rows),
    when_corrupt: sample?.corrupt ?? 'leave_out',
    ...(sample?.luminosity_fb === undefined ? {} : { luminosity_fb: sample.luminosity_fb }),
  };
}

/** @throws duplicate_events where the configuration refuses them */
export function refuseDuplicates(duplicates: number, mode: 'count' | 'refuse'): void {
  if (duplicates === 0 || mode === 'count') return;
  throw new RmmError(
    'duplicate_events',
    `${duplicates} selected events have the same run, event and channel as another one; remove the doubled files or set input.duplicates: count`,
    { context: { duplicates } },
  );
}
