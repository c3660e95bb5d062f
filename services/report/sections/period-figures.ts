import { type DataPart, type PartsOfVariable, standoutsOf } from '../../agreement/judge.js';
import { added, type VariableCounts } from '../../agreement/variable-counts.js';
import type { ComparedVariables } from '../compared-variables.js';
import { figureIdOf } from '../figures/axes.js';
import { ink } from '../figures/plot.js';
import { type DrawnPart, shapesOfParts } from '../figures/shapes-of-parts.js';
import type { FigureBlock } from '../section.js';
import { shortP } from '../words.js';

/** So many variables are drawn of each sample that stands out. */
const mostDrawn = 4;

/** The score of every sample, against all of them together. */
export function allPartsFigure(
  score: string,
  { variables }: ComparedVariables,
  parts: readonly DataPart[],
): FigureBlock {
  const variable =
    variables.find(({ kind, name }) => kind === 'score' && (name === score || name === `log10(${score})`)) ??
    variables[0]!;
  const drawn = parts.map(
    ({ name, sources }, index): DrawnPart => ({
      label: name,
      colour: `var(--c${(index % 12) + 1})`,
      counts: countsOf(variable, sources),
    }),
  );
  const all = added(variable.data, variable.simulation.sums.length);
  const against = { label: 'all data', colour: ink, counts: all };
  const id = figureIdOf('periods', variable);
  return {
    kind: 'figure',
    id,
    caption: `${variable.name} by data sample, each normalised to 1.`,
    alt: `Shapes of ${variable.name} in ${parts.map(({ name }) => name).join(', ')}, in all data together and in simulation, and below the ratio of each sample to all data.`,
    svg: shapesOfParts(id, variable, drawn, against),
    size: 'half',
  };
}

/** Every sample that stands out in its worst variables, against the samples that do not. */
export function standoutFigures(
  parts: readonly DataPart[],
  judged: readonly PartsOfVariable[],
): FigureBlock[] {
  return parts.flatMap(({ name, sources }, index) =>
    standoutsOf(judged, index)
      .slice(0, mostDrawn)
      .map(({ variable, p }): FigureBlock => {
        const { verdicts } = judged.find((one) => one.variable === variable)!;
        const others = parts.filter((_, other) => other !== index && !verdicts[other]!.standsOut);
        const against: DrawnPart = {
          label: 'others',
          colour: ink,
          counts: countsOf(
            variable,
            others.flatMap((part) => part.sources),
          ),
        };
        const drawn = { label: name, colour: 'var(--bad)', counts: countsOf(variable, sources) };
        const id = figureIdOf(`periods-${name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`, variable);
        return {
          kind: 'figure',
          id,
          caption: `${variable.name} in ${name} against ${others.map((part) => part.name).join(', ')} together, each normalised to 1: p ${shortP(p)}.`,
          alt: `Shape of ${variable.name} in ${name}, which stands out, in the other data together and in simulation, and below the ratio of ${name} to the others.`,
          svg: shapesOfParts(id, variable, [drawn], against),
          size: 'half',
        };
      }),
  );
}

function countsOf(variable: VariableCounts, sources: readonly number[]): Float64Array {
  return added(
    sources.map((source) => variable.data[source]!),
    variable.simulation.sums.length,
  );
}
