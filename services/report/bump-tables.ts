import { isDefined } from '../../lib/statistics/measured.js';
import { byForm, localP, rangeText } from './bump-words.js';
import type { Searched } from './search-masses.js';
import type { Cell, TableBlock } from './section.js';
import { short } from './words.js';

/** What was found in each spectrum. */
export function excessTable(searched: readonly Searched[]): TableBlock {
  return {
    kind: 'table',
    id: 'bump-excesses',
    caption: 'The most interesting window of each spectrum.',
    columns: [
      { label: 'mass' },
      { label: 'region' },
      { label: 'events' },
      { label: 'window' },
      { label: 'events in it' },
      { label: 'background' },
      { label: 'local p' },
      { label: 'local Z', digits: 3 },
      { label: 'Z with error of the fit', digits: 3 },
      { label: 'Z by form' },
      { label: 'global p', digits: 3 },
      { label: 'global p at 95 %' },
      { label: 'global Z', digits: 3 },
    ],
    rows: searched.map(({ spectrum: { observable, region }, result }): Cell[] => {
      if ('notDefined' in result)
        return [observable, region.label, { notDefined: result.notDefined }, ...Array(10).fill('')];
      const { events, excess, global } = result;
      const { interval } = global;
      return [
        observable,
        region.label,
        events,
        rangeText(excess),
        excess.counted,
        isDefined(excess.backgroundError)
          ? { value: excess.background, error: excess.backgroundError.value }
          : excess.background,
        localP(excess),
        excess.z,
        excess.zWithError,
        byForm(result),
        global.pValue,
        isDefined(interval) ? `${short(interval.low, 2)} to ${short(interval.high, 2)}` : interval,
        global.z,
      ];
    }),
  };
}

/** How well the background is described, and whether the cut shapes it. */
export function backgroundTable(searched: readonly Searched[]): TableBlock {
  return {
    kind: 'table',
    id: 'bump-backgrounds',
    caption:
      'The fitted background of each spectrum (p of the fit: share of toys described as badly), and the shape of the simulated background in the region against that of all events.',
    columns: [
      { label: 'mass' },
      { label: 'region' },
      { label: 'form' },
      { label: 'left out of the fit' },
      { label: 'chi2' },
      { label: 'ndf' },
      { label: 'p of the fit', digits: 3 },
      { label: 'KS distance', digits: 3 },
      { label: 'KS p', digits: 3 },
    ],
    rows: searched.map(({ spectrum, result, sculpting }): Cell[] => {
      const compared: Cell[] = isDefined(sculpting)
        ? [sculpting.distance, sculpting.pValue]
        : [sculpting, ''];
      const name = [spectrum.observable, spectrum.region.label];
      if ('notDefined' in result)
        return [...name, { notDefined: result.notDefined }, '', '', '', '', ...compared];
      const { background, leftOut, global } = result;
      return [
        ...name,
        background.formula,
        leftOut === undefined ? 'nothing' : rangeText(leftOut),
        background.chi2,
        background.ndf,
        global.fitPValue,
        ...compared,
      ];
    }),
  };
}

/** How strong each signal with a peak would have to be in each spectrum; none where no signal has one. */
export function strengthTable(
  searched: readonly Searched[],
  seen: { z: number; events: number },
): TableBlock[] {
  const names = [
    ...new Set(searched.flatMap(({ spectrum }) => (spectrum.searched.signals ?? []).map(({ name }) => name))),
  ];
  if (names.length === 0) return [];
  const rows = names.flatMap((name) =>
    searched
      .filter(({ spectrum }) => (spectrum.searched.signals ?? []).some((signal) => signal.name === name))
      .map(({ spectrum: { observable, region }, strengths }): Cell[] => {
        const place = [name, observable, region.label];
        if ('notDefined' in strengths)
          return [...place, { notDefined: strengths.notDefined }, '', '', '', ''];
        const { known, fitted } = strengths.signals.find((signal) => signal.name === name)!;
        const over = strengths.over === 'data' ? 'fit to data' : 'expected';
        return [
          ...place,
          isDefined(known) ? { value: known.strength } : known,
          isDefined(fitted) ? { value: fitted.strength } : fitted,
          isDefined(fitted) ? fitted.events : '',
          isDefined(fitted) ? rangeText(fitted.window) : '',
          over,
        ];
      }),
  );
  return [
    {
      kind: 'table',
      id: 'bump-strengths',
      caption: `By what the cross section of a signal with a peak would have to be multiplied until its best window holds ${seen.events} events and a local Z of ${seen.z}: over a background that is known, and over one fitted to the spectrum with the signal.`,
      columns: [
        { label: 'signal' },
        { label: 'mass' },
        { label: 'region' },
        { label: 'strength, known background', digits: 3 },
        { label: 'strength, fitted background', digits: 3 },
        { label: 'signal events then', digits: 3 },
        { label: 'window then' },
        { label: 'background' },
      ],
      rows,
      shown: 21,
    },
  ];
}
