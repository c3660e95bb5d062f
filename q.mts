import * as Plot from '@observablehq/plot';
import { plotSvg } from './dist/services/report/figures/plot.js';

console.log(
  plotSvg('a/b', {
    width: 300,
    height: 100,
    marks: [
      Plot.rectY(
        [
          { a: 0, b: 1, y: 2 },
          { a: 1, b: 2, y: 1 },
        ],
        { x1: 'a', x2: 'b', y: 'y', fill: 'red' },
      ),
      Plot.ruleY([0]),
    ],
  }),
);
