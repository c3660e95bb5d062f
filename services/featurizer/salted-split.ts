import type { Config } from '../../lib/config/index.js';
import type { ChannelWord, IdentityColumns, SplitColumns } from '../../lib/physics/identity.js';

/** Fills split and megaset as the `training` section says. */
export function saltedSplit(
  columns: SplitColumns,
  identity: IdentityColumns,
  word: ChannelWord | undefined,
  training: Config['training'],
): void {
  columns.fill(identity, word, training.megasets, {
    // 1 - 0.8 is 0.19999999999999996; a reader of the docs expects 0.2.
    testFraction: Number((1 - training.train_fraction).toPrecision(12)),
    validationFraction: training.validation_fraction,
    saltNumber: training.split_salt,
  });
}
