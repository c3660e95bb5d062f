import { isDefined } from '../../lib/statistics/measured.js';
import { rangeText, standsOut } from './bump-words.js';
import type { MassSearch, Searched } from './search-masses.js';
import type { VerdictBlock } from './section.js';
import { short } from './words.js';

/** What stands out in the spectra, and in which regions the cut shapes them. */
export function bumpVerdicts({ searched, all }: MassSearch, pMax: number): VerdictBlock[] {
  const excesses = excessVerdicts(searched, pMax);
  const judged = searched.filter(
    ({ result }) => !('notDefined' in result) && isDefined(result.global.interval),
  ).length;
  const rest: VerdictBlock[] = [];
  if (excesses.length === 0 && judged > 0) {
    rest.push({
      kind: 'verdict',
      level: 'good',
      text: `No excess has a global p-value below ${pMax} in any of ${judged} spectra.`,
    });
  }
  if (excesses.length > 0 && isDefined(all)) {
    rest.push({
      kind: 'verdict',
      level: 'notice',
      text: `After looking at ${all.searched} spectra the smallest global p-value is worth ${short(all.pValueAtMost, 2)} at most (Bonferroni).`,
    });
  }
  return [...excesses, ...rest, ...sculptingVerdict(searched)];
}

/** One verdict for each mass, with every region in which it has an excess. */
function excessVerdicts(searched: readonly Searched[], pMax: number): VerdictBlock[] {
  const found = new Map<string, string[]>();
  for (const { spectrum, result } of searched) {
    if ('notDefined' in result || !standsOut(result, pMax)) continue;
    const { excess, global } = result;
    const regions = found.get(spectrum.observable) ?? [];
    found.set(spectrum.observable, regions);
    const z = isDefined(excess.z) ? `, local Z = ${short(excess.z.value, 3)}` : '';
    regions.push(`${spectrum.region.label}: ${rangeText(excess)} (global ${global.statement}${z})`);
  }
  return [...found].map(([observable, regions]) => ({
    kind: 'verdict',
    level: 'notice',
    text: `An excess stands out in ${observable}. ${regions.join('; ')}.`,
  }));
}

function sculptingVerdict(searched: readonly Searched[]): VerdictBlock[] {
  const shaped = searched.flatMap(({ spectrum: { observable, region }, sculpting }) =>
    isDefined(sculpting) && sculpting.sculpted
      ? [`${observable} ${region.label} (p = ${short(sculpting.pValue, 2)})`]
      : [],
  );
  if (shaped.length === 0) return [];
  return [
    {
      kind: 'verdict',
      level: 'notice',
      text: `The cut on the score shapes the simulated background: ${shaped.join('; ')}. There, an excess over a falling form may come from the cut.`,
    },
  ];
}
