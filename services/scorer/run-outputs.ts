import { join } from 'node:path';
import { type Prepared, prepareAll } from '../../lib/base/prepared.js';
import { sweepTemporariesOf, sweepTemporaryFiles } from '../../lib/base/temporary-files.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import { kafkaLayoutOf } from '../kafka/claim-directory.js';
import { claimRole, type ServiceContext } from '../kafka/context.js';
import { roles } from '../kafka/stages.js';
import { layoutOf } from '../pipeline/layout.js';

/** Where letters wait for their order. */
export function letterSpoolOf(directory: string): string {
  return join(kafkaLayoutOf(directory).folder, 'letters.spool');
}

/**
 * Gives outputs of the run their names, where the finisher's role is still ours: one that was taken for dead may wake
 * when its successor has finished the run anew, with letters that were re-driven since.
 * @throws kafka_fenced where it is ours no more, disk_full, io_failed
 */
export async function publishOutputs(
  context: ServiceContext,
  tenure: Tenure,
  outputs: Iterable<Prepared>,
): Promise<void> {
  const prepared = prepareAll(outputs);
  try {
    await claimRole(context, roles.finisher.role, tenure);
    for (const output of prepared) output.publish();
  } finally {
    for (const output of prepared) output.abort();
  }
}

/** Removes what earlier finishers, who are fenced by now, have prepared and not published. @throws io_failed */
export function sweepOutputs({ loaded: { outputDirectory } }: Pick<ServiceContext, 'loaded'>): void {
  const { cutflowJson, runJson, deadLetters, model, modelZip, features } = layoutOf(outputDirectory);
  const spool = letterSpoolOf(outputDirectory);
  for (const path of [cutflowJson, runJson, deadLetters, model, modelZip, features, spool])
    sweepTemporariesOf(path);
  sweepTemporaryFiles(kafkaLayoutOf(outputDirectory).hashes);
}

/**
 * The same for every copy's score and feature files, once all of them are in place: a copy that had lost its
 * partition and was killed before it could clear up has left some behind the new owner's own sweep. @throws io_failed
 */
export function sweepWindowFiles({ loaded: { outputDirectory } }: Pick<ServiceContext, 'loaded'>): void {
  const { scores, features } = layoutOf(outputDirectory);
  for (const folder of [scores, features, kafkaLayoutOf(outputDirectory).blocks]) sweepTemporaryFiles(folder);
}
