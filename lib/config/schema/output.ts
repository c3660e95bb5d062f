import { choice, flag, integer, section, text } from './keys.js';

export const outputSchema = section('What is written.', {
  directory: text('Where the run writes, relative to the current directory (--output).', 'out', {
    results: false,
  }),
  keep_features: flag(
    'Keeps features/ in block form, row for row with scores/; reports read it, `replay` does not.',
    true,
  ),
  codec: choice('Compression of Parquet files.', ['zstd', 'none'], 'zstd'),
  row_group_events: integer('Rows of a Parquet row group.', 65_536, {
    unit: 'events',
    minimum: 1024,
    maximum: 16_777_216,
  }),
});
