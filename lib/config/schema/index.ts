import type { Static } from '@sinclair/typebox';
import { continuousSchema } from './continuous.js';
import { engineSchema } from './engine.js';
import { evaluationSchema } from './evaluation.js';
import { featuresSchema } from './features.js';
import { inputSchema } from './input.js';
import { kafkaSchema } from './kafka.js';
import { real, section, walkable } from './keys.js';
import { learningSchema } from './learning.js';
import { liveSchema } from './live.js';
import { networkSchema } from './network.js';
import { outputSchema } from './output.js';
import { reportSchema } from './report.js';
import { scalerSchema } from './scaler.js';
import { scoresSchema } from './scores.js';
import { selectionSchema } from './selection.js';
import { serviceSchema } from './service.js';
import { studySchema } from './study.js';
import { trainingSchema } from './training.js';
import { tuneSchema } from './tune.js';

/** The one schema of the configuration; validation, types, schemas/ and docs/configuration.md come from it. */
export const configSchema = section('Configuration of rmmstream.', {
  input: inputSchema,
  luminosity_fb: real('Integrated luminosity to which simulation is scaled.', 10.064, {
    unit: 'fb^-1',
    exclusiveMinimum: 0,
    maximum: 1e6,
  }),
  selection: selectionSchema,
  features: featuresSchema,
  scaler: scalerSchema,
  network: networkSchema,
  training: trainingSchema,
  learning: learningSchema,
  tune: tuneSchema,
  scores: scoresSchema,
  evaluation: evaluationSchema,
  engine: engineSchema,
  kafka: kafkaSchema,
  service: serviceSchema,
  continuous: continuousSchema,
  output: outputSchema,
  report: reportSchema,
  live: liveSchema,
  study: studySchema,
});

export const configNode = walkable(configSchema);

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

/** The configuration as a person gives it, every key resolved with its default. */
export type GivenConfig = DeepReadonly<Static<typeof configSchema>>;

type Selection = GivenConfig['selection'];
type Features = GivenConfig['features'];

/** The configuration in force: keys whose default follows from other keys are filled in (derive.ts). */
export type Config = Omit<GivenConfig, 'selection' | 'features'> & {
  readonly selection: Required<Selection>;
  readonly features: Required<Omit<Features, 'multiplicities'>> & {
    readonly multiplicities: Required<Features['multiplicities']>;
  };
};

export type Sample = Config['input']['samples'][number];
export type SampleKind = Sample['kind'];
