import { choice, section } from './keys.js';

export const scalerSchema = section('How features are scaled; fitted once, on the training part.', {
  type: choice(
    'standard: (x - mean) / std; minmax: (x - min) / (max - min), not clipped.',
    ['standard', 'minmax'],
    'standard',
  ),
  weights: choice('Event weights in the moments: none, or their absolute value.', ['none', 'abs'], 'none'),
});
