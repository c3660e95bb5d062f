import type { Config } from './schema/index.js';

type Add = (code: 'config_out_of_range' | 'config_conflict', path: string, message: string) => void;

/** Ranges of the search space that hold nothing, and a budget that no configuration fits into. */
export function checkTune({ tune }: Config, add: Add): void {
  const { encoder, latent, learning_rate_range: rates } = tune.space;
  const checkWidths = (path: string, { min, max }: typeof latent) => {
    if (max === 0 || max >= min) return;
    add(
      'config_out_of_range',
      `${path}.max`,
      `found ${max}, so the range of widths is empty; expected at least ${path}.min (${min}), or 0 for one less than the number of trained columns`,
    );
  };
  for (const [index, range] of encoder.entries()) checkWidths(`tune.space.encoder[${index}]`, range);
  checkWidths('tune.space.latent', latent);
  if (rates.max < rates.min) {
    add(
      'config_out_of_range',
      'tune.space.learning_rate_range.max',
      `found ${rates.max}, expected at least tune.space.learning_rate_range.min (${rates.min})`,
    );
  }
  if (tune.total_epochs > 0 && tune.total_epochs < tune.max_epochs) {
    add(
      'config_conflict',
      'tune.total_epochs',
      `found ${tune.total_epochs}, less than tune.max_epochs (${tune.max_epochs}): no configuration could be trained to its end`,
    );
  }
}
