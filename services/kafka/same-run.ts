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

/**
 * The same for a service that knows no input files: configuration, program, and what the place of a block and of a
 * file depends on. @throws run_changed
 */
export function refuseOtherConfiguration(
  run: RecordOf<'run'>,
  { loaded, names }: Pick<ServiceContext, 'loaded' | 'names'>,
): void {
  refuseOtherRun(run, { ...manifestOf(loaded, []), inputs: run.inputs }, names.prefix);
  const { topics, sink_window_offsets: window } = loaded.config.kafka;
  for (const [key, found, asked] of [
    ['kafka.topics.partitions', run.partitions, topics.partitions],
    ['kafka.sink_window_offsets', run.window_offsets, window],
  ] as const) {
    if (found === asked) continue;
    throw new RmmError(
      'run_changed',
      `the run on ${names.prefix} was begun with ${key}: ${found}; set it to that again, found ${asked}`,
      { context: { prefix: names.prefix, key } },
    );
  }
}
