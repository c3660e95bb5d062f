import type { ScoresSection } from '../../services/live/shared/snapshot.js';

/** Scores of a background and of data, with a tail and one event in the list. */
export const madeScores: ScoresSection = {
  score: 'error',
  isLog: true,
  luminosityFb: 0.01461,
  luminosityOf: 'data',
  files: 2,
  rows: 31,
  processes: [
    { name: 'zee', kind: 'background', rows: 21, yield: 10.5 },
    { name: 'data', kind: 'data', rows: 10, yield: 10 },
  ],
  histogram: {
    width: 0.5,
    first: -2,
    counts: [
      [18, 2],
      [9, 1],
    ],
    weights: [
      [9, 1.5],
      [9, 1],
    ],
  },
  tail: {
    share: 0.1,
    realised: 0.1,
    of: 'background',
    from: 0.3,
    rows: 3,
    met: { width: 8, first: 3, counts: [[2], [1]], weights: [[1.5], [1]] },
    mll: { width: 4, first: 20, counts: [[2], [1]], weights: [[1.5], [1]] },
  },
  top: [
    {
      ...{ id: '0123456789abcdef', sample: 'zee', kind: 'background', run: 1, event: '2', file: 'a.root' },
      ...{ entry: 3, score: 0.4, weight: 1, met: 30, mll: 91, ht: 100, leptons: 2, jets: 1 },
      flavours: 'ee',
    } as const,
  ],
  unreadable: 0,
};
