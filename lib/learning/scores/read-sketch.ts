import { QuantileSketch } from '../../base/quantile-sketch/quantile-sketch.js';
import { corrupt } from '../files.js';

/** A sketch of a model folder. @throws RmmError `model_corrupt` */
export function readSketch(json: unknown, where: string): QuantileSketch {
  const sketch = QuantileSketch.fromJson(json);
  if ('fault' in sketch) throw corrupt(`${where} ${sketch.fault}`);
  return sketch;
}
