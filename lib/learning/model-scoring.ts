import type { QuantileSketch } from '../base/quantile-sketch/quantile-sketch.js';
import { corrupt, jsonFile, type NamedFile, parseObject, requireFile } from './files.js';
import type { Network } from './network.js';
import { needsOf, type ScorePlan, type ScoreSpec } from './score-plan.js';
import { readSketch } from './scores/read-sketch.js';
import { type HighLevelReference, referenceFiles, referenceFromFiles } from './scores/reference.js';
import { packTensors, unpackTensors } from './tensors-file.js';

/** A further network of an ensemble: of the architecture of the first one, from another seed. */
export interface EnsembleMember {
  readonly seed: number;
  readonly parameters: readonly Float32Array[];
  /** Usual squared error of each trained column, before the floor. */
  readonly usual: Float64Array;
}

/** The background's values of one score column, to take ranks among. */
export interface BackgroundRanks {
  /** What the values are of: `rankKey`. */
  readonly key: string;
  readonly sketch: QuantileSketch;
}

/** What a model holds for scores that its first network alone does not give. */
export interface ModelScoring {
  readonly reference?: HighLevelReference;
  /** Reference events that were asked for: the training part may have had fewer. */
  readonly referenceEvents: number;
  readonly referenceWeighting: 'uniform' | 'abs';
  readonly members: readonly EnsembleMember[];
  readonly ranks: readonly BackgroundRanks[];
}

/** What the values of a column are, whatever its name: two columns with one key have the same values. */
export function rankKey(spec: ScoreSpec, column: string): string {
  if (spec.type === 'knn')
    return `knn of ${spec.neighbours} among ${spec.referenceEvents}, ${spec.referenceWeighting}`;
  if (spec.type !== 'ensemble') return spec.type;
  return `${column === spec.spread ? 'spread' : 'mean'} of ${spec.of} over ${spec.members}`;
}

/** What a plan needs and a model does not hold, in words; empty where it can be scored. */
export function missingFrom(scoring: ModelScoring | undefined, plan: ScorePlan): string[] {
  const needs = needsOf(plan);
  const missing: string[] = [];
  const { reference, referenceEvents = 0, members = [], ranks = [] } = scoring ?? {};
  const weighting = scoring?.referenceWeighting ?? needs.referenceWeighting;
  for (const spec of plan.specs) {
    if (spec.type === 'mahalanobis' && reference === undefined)
      missing.push(`${spec.column}: moments of the high-level features`);
    if (spec.type === 'knn' && (reference === undefined || referenceEvents < spec.referenceEvents))
      missing.push(`${spec.column}: ${spec.referenceEvents} reference events (it has ${referenceEvents})`);
    else if (spec.type === 'knn' && Math.min(reference!.rows, spec.referenceEvents) <= spec.neighbours)
      missing.push(
        `${spec.column}: more than ${spec.neighbours} reference events (it has ${reference!.rows})`,
      );
    if (spec.type === 'knn' && weighting !== spec.referenceWeighting)
      missing.push(
        `${spec.column}: a reference of weighting ${spec.referenceWeighting} (it has ${weighting})`,
      );
    if (spec.type === 'ensemble' && members.length + 1 < spec.members)
      missing.push(`${spec.column}: ${spec.members} networks (it has ${members.length + 1})`);
  }
  for (const { spec, column } of needs.ranked) {
    if (!ranks.some(({ key }) => key === rankKey(spec, column)))
      missing.push(`ranks of ${column} (${rankKey(spec, column)})`);
  }
  return missing;
}

const indexName = 'scoring.json';

/**
 * The files of a model folder for what `scoring` holds:
 *
 *     scoring.json        reference events asked for; seed and usual errors of each further member
 *     high_level.*        the reference (scores/reference.ts)
 *     member_1.bin, ...   weights of a further member, as weights.bin
 *     ranks.json          sketches of the background's values and what they are of (scores/quantile-sketch.ts)
 */
export function scoringFiles(scoring: ModelScoring, network: Network): NamedFile[] {
  const { reference, referenceEvents, referenceWeighting, members, ranks } = scoring;
  return [
    jsonFile(indexName, {
      high_level: reference?.names ?? [],
      reference_events: referenceEvents,
      reference_weighting: referenceWeighting,
      members: members.map(({ seed, usual }) => ({ seed, usual: [...usual] })),
    }),
    ...(reference === undefined ? [] : referenceFiles(reference)),
    ...members.map(({ parameters }, index) => ({
      name: memberFile(index),
      bytes: packTensors(network.parameters, parameters).bytes,
    })),
    ...(ranks.length === 0 ? [] : [ranksFile(ranks)]),
  ];
}

function memberFile(index: number): string {
  return `member_${index + 1}.bin`;
}

const ranksName = 'ranks.json';

function ranksFile(ranks: readonly BackgroundRanks[]): NamedFile {
  const listed = ranks.map(({ key, sketch }) => ({ of: key, sketch: sketch.toJson() }));
  return { name: ranksName, bytes: Buffer.from(`${JSON.stringify({ ranks: listed })}\n`, 'utf8') };
}

function ranksFrom(bytes: Uint8Array, path: string): BackgroundRanks[] {
  const { ranks } = parseObject(bytes, path);
  if (!Array.isArray(ranks)) throw corrupt(`${path} is not a list of ranks`);
  return ranks.map((entry: { of?: unknown; sketch?: unknown } | null, index) => {
    if (typeof entry?.of !== 'string') throw corrupt(`${path}: entry ${index} does not say what it is of`);
    return { key: entry.of, sketch: readSketch(entry.sketch, `${path}: entry ${index}`) };
  });
}

/**
 * Reads what scoringFiles wrote; undefined where the model holds nothing of it.
 * @throws RmmError `model_corrupt`
 */
export function scoringFromFiles(
  files: ReadonlyMap<string, Uint8Array>,
  where: string,
  network: Network,
): ModelScoring | undefined {
  if (!files.has(indexName)) return undefined;
  const path = `${where}/${indexName}`;
  const index = parseObject(requireFile(files, where, indexName), path);
  const { high_level: names, reference_events: referenceEvents, members } = index;
  const { reference_weighting: referenceWeighting } = index;
  if (referenceWeighting !== 'uniform' && referenceWeighting !== 'abs')
    throw corrupt(`${path} does not say how its reference was drawn`);
  if (!isTexts(names) || !Array.isArray(members) || !isCount(referenceEvents))
    throw corrupt(`${path} does not say which reference and members it has`);
  return {
    ...(names.length > 0 ? { reference: referenceFromFiles(files, where, names) } : {}),
    referenceEvents,
    referenceWeighting,
    members: members.map((member: { seed?: unknown; usual?: unknown } | null, number) => {
      const { seed, usual } = member ?? {};
      const fits =
        isCount(seed) &&
        Array.isArray(usual) &&
        usual.length === network.columns &&
        usual.every((value) => Number.isFinite(value));
      if (!fits)
        throw corrupt(`${path}: member ${number + 1} has no seed or not ${network.columns} usual errors`);
      const name = memberFile(number);
      const bytes = requireFile(files, where, name);
      return {
        seed,
        parameters: unpackTensors(bytes, network.parameters, `${where}/${name}`),
        usual: Float64Array.from(usual as number[]),
      };
    }),
    ranks: files.has(ranksName) ? ranksFrom(files.get(ranksName)!, `${where}/${ranksName}`) : [],
  };
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
