import { RmmError } from '../../lib/base/error.js';
import { diffConfig, type JsonObject } from '../../lib/config/index.js';
import { compareManifests, type Manifest, manifestOf } from '../pipeline/manifest.js';
import type { ServiceContext } from './context.js';
import type { RecordOf } from './progress-records.js';

/** The run on record as a manifest, to compare with. */
function manifestOfRun(run: RecordOf<'run'>): Manifest {
  return {
    version: 1,
    program: run.program,
    configurationHash: run.configuration_hash,
    configuration: run.configuration,
    inputs: run.inputs,
  };
}

/**
 * Refuses topics that hold another run.
 * @throws run_changed with the differences
 */
export function refuseOtherRun(run: RecordOf<'run'>, asked: Manifest, prefix: string): void {
  const found = manifestOfRun(run);
  const differences = diffConfig(found.configuration as JsonObject, asked.configuration as JsonObject);
  const comparison = compareManifests(found, asked, differences);
  if (comparison.kind === 'same') return;
  throw new RmmError(
    'run_changed',
    `the topics with the prefix ${prefix} hold another run; choose another kafka.prefix, or delete them with \`rmmstream topics delete\`. What differs:${comparison.differences.map((line) => `\n  ${line}`).join('')}`,
    { context: { prefix, differences: comparison.differences } },
  );
}

/** The same for a service that knows no input files: configuration, program and partitions. @throws run_changed */
export function refuseOtherConfiguration(
  run: RecordOf<'run'>,
  { loaded, names }: Pick<ServiceContext, 'loaded' | 'names'>,
): void {
  refuseOtherRun(run, { ...manifestOf(loaded, []), inputs: run.inputs }, names.prefix);
  const { partitions } = loaded.config.kafka.topics;
  if (run.partitions === partitions) return;
  throw new RmmError(
    'run_changed',
    `the run on ${names.prefix} has ${run.partitions} partitions; set kafka.topics.partitions to that, found ${partitions}`,
    { context: { prefix: names.prefix } },
  );
}
