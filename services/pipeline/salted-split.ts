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
    testFraction: 1 - training.train_fraction,
    validationFraction: training.validation_fraction,
    saltNumber: training.split_salt,
  });
}
