import { isDefined, type Measured, notDefined } from '../../../lib/statistics/measured.js';
import { firstOfName, judgeVariables, type VariableVerdict } from '../../agreement/judge.js';
import { added, total } from '../../agreement/variable-counts.js';
import { type ComparedVariables, comparedVariables } from '../compared-variables.js';
import type { ReportContext, SectionMaker } from '../context.js';
import { figureIdOf } from '../figures/axes.js';
import { dataOverSimulation, drawnVariable } from '../figures/data-over-simulation.js';
import type { FigureBlock, Section, TableBlock, VerdictBlock } from '../section.js';
import { uhiOfVariable } from '../uhi-of-variable.js';
import { short, shortP } from '../words.js';

const id = 'agreement';

/** Data against simulation in every variable of the score files and every feature. */
export const agreementSection: SectionMaker = async (context) => {
  const compared = await comparedVariables(context);
  if (compared === undefined || context.dataScale === undefined) return undefined;
  const { settings, dataScale } = context;
  const verdicts = judgeVariables(compared.variables, settings.agreement_p_min);
  const yields = yieldsOf(compared, dataScale);
  const drawn = drawnVerdicts(verdicts, settings.agreement_figures);
  return {
    id,
    title: 'Data against simulation',
    blocks: [
      { kind: 'text', text: introduction(context, compared) },
      yieldVerdict(yields),
      shapeVerdict(verdicts, settings.agreement_p_min),
      ...(compared.withoutFeatures === undefined
        ? []
        : [{ kind: 'text', text: `Features are not compared: ${compared.withoutFeatures}.` } as const]),
      ...(compared.withoutObjects === undefined
        ? []
        : [
            {
              kind: 'text',
              text: `Variables of leptons and jets that neither scores nor features hold (lepton pT, isolation, d0 significance, mT2, ...) are not compared: ${compared.withoutObjects}.`,
            } as const,
          ]),
      table(verdicts),
      ...drawn.map((verdict) => figure(verdict, compared.simulated, dataScale)),
    ],
    data: {
      p_min: settings.agreement_p_min,
      yields,
      variables: verdicts.map(({ variable, comparison, adjustedP, agrees }) => ({
        variable: variable.name,
        kind: variable.kind,
        ...(isDefined(comparison)
          ? {
              chi2: comparison.chi2,
              ndf: comparison.ndf,
              chi2_p: comparison.chi2P,
              ks_distance: comparison.distance,
              ks_p: comparison.ksP,
              p: comparison.p,
              adjusted_p: adjustedP,
            }
          : { not_compared: comparison.notDefined }),
        agrees,
      })),
    },
  } satisfies Section;
};

/** Event variables and scores all, of features those that agree least. */
function drawnVerdicts(verdicts: readonly VariableVerdict[], features: number): VariableVerdict[] {
  const isFeature = ({ variable }: VariableVerdict) => variable.kind === 'feature';
  const worst = verdicts
    .filter((verdict) => isFeature(verdict) && isDefined(verdict.comparison))
    .slice(0, features);
  return [...verdicts.filter((verdict) => !isFeature(verdict)), ...worst];
}

function introduction({ settings }: ReportContext, { variables }: ComparedVariables): string {
  return [
    `Simulation is the test part of the background, scaled to the full luminosity and then to that of the data. The ${variables.length} variables are compared by shape: both sides are normalised to the same number of events, and the yields are compared once, for all of them. `,
    'Two tests each: chi2 of unweighted against weighted counts, over bins with at least 10 effective simulated and 5 expected data events (an empty matrix cell or an absent mass is a bin of its own); and the Kolmogorov-Smirnov distance over 240 fine bins of the rows that have a value. The p-value of a variable is twice the smaller one of the two. ',
    `Among so many variables some are below any threshold by chance, so p-values are adjusted by Holm's rule: a variable is named where its adjusted p-value is below \`report.agreement_p_min\` = ${settings.agreement_p_min}, which happens by chance to any of them at all with at most that probability. `,
    'Only statistical errors count: a small p-value with much data may be a small effect, so look at the ratio.',
  ].join('');
}

export interface Yields {
  readonly data: number;
  readonly simulation: number;
  readonly simulation_error: number;
  readonly ratio: Measured;
  /** Difference in units of its statistical error. */
  readonly pull: Measured;
}

export function yieldsOf({ variables }: Pick<ComparedVariables, 'variables'>, dataScale: number): Yields {
  // Every variable has every row, in the places outside its bins too.
  const { data, simulation } = variables[0]!;
  const events = total(added(data, simulation.sums.length));
  const expected = total(simulation.sums) * dataScale;
  const error = Math.sqrt(total(simulation.squares)) * dataScale;
  const problem =
    expected > 0
      ? undefined
      : notDefined(`simulation adds up to ${short(expected, 4)} events, which is not positive`);
  return {
    data: events,
    simulation: expected,
    simulation_error: error,
    ratio: problem ?? { value: events / expected },
    pull: problem ?? { value: (events - expected) / Math.sqrt(expected + error * error) },
  };
}

/** A difference of more standard deviations than this is a notice, not more: luminosity and cross sections have errors too. */
const largestPull = 5;

export function yieldVerdict(yields: Yields): VerdictBlock {
  const { data, simulation, simulation_error: error, ratio, pull } = yields;
  const seen = `${data} events of data, ${Math.round(simulation)} ± ${Math.round(error)} of simulation`;
  if (!isDefined(ratio) || !isDefined(pull)) {
    const reason = 'notDefined' in ratio ? ratio.notDefined : 'there is no simulation';
    return { kind: 'verdict', level: 'notice', text: `${seen}: their ratio is not defined: ${reason}.` };
  }
  const isFar = Math.abs(pull.value) > largestPull;
  return {
    kind: 'verdict',
    level: isFar ? 'notice' : 'good',
    text: `${seen}: ratio ${ratio.value.toFixed(3)}, ${Math.abs(pull.value).toFixed(1)} statistical standard deviations ${pull.value < 0 ? 'fewer' : 'more'} than expected (errors of luminosity, cross sections and scale factors are not in it).`,
  };
}

const mostNamed = 12;

function shapeVerdict(verdicts: readonly VariableVerdict[], level: number): VerdictBlock {
  const known = verdicts.filter(({ adjustedP }) => adjustedP !== undefined);
  // The worst first: of a variable that is counted twice, that one.
  const compared = firstOfName(known);
  const bad = compared.filter(({ agrees }) => !agrees);
  const without = verdicts.length - known.length;
  const rest = without === 0 ? '' : ` ${without} have too few events to be compared.`;
  if (compared.length === 0) {
    return {
      kind: 'verdict',
      level: 'notice',
      text: `Whether shapes agree is not defined: none of ${verdicts.length} variables has enough events.`,
    };
  }
  if (bad.length === 0) {
    return {
      kind: 'verdict',
      level: 'good',
      text: `The shapes of all ${compared.length} variables agree with simulation (adjusted p at least ${level}).${rest}`,
    };
  }
  const named = bad.slice(0, mostNamed).map(({ variable }) => `\`${variable.name}\``);
  const more = bad.length > named.length ? ` and ${bad.length - named.length} more` : '';
  return {
    kind: 'verdict',
    level: 'bad',
    text: `The shapes of ${bad.length} of ${compared.length} variables disagree with simulation: ${named.join(', ')}${more}.${rest}`,
  };
}

function table(verdicts: readonly VariableVerdict[]): TableBlock {
  return {
    kind: 'table',
    id: 'agreement',
    caption: 'Shapes of data and simulation, those that agree least first.',
    columns: [
      { label: 'variable' },
      { label: 'kind' },
      { label: 'chi2' },
      { label: 'ndf' },
      { label: 'chi2 p', digits: 3 },
      { label: 'KS distance', digits: 3 },
      { label: 'KS p', digits: 3 },
      { label: 'adjusted p', digits: 3 },
      { label: 'verdict' },
    ],
    rows: verdicts.map(({ variable, comparison, adjustedP, agrees }) =>
      isDefined(comparison)
        ? [
            variable.name,
            variable.kind,
            comparison.chi2,
            comparison.ndf,
            comparison.chi2P,
            comparison.distance,
            comparison.ksP,
            adjustedP!,
            agrees ? 'agrees' : 'disagrees',
          ]
        : [
            variable.name,
            variable.kind,
            comparison,
            '',
            comparison,
            comparison,
            comparison,
            comparison,
            'not compared',
          ],
    ),
    shown: 25,
  };
}

function figure(verdict: VariableVerdict, samples: readonly string[], dataScale: number): FigureBlock {
  const { variable } = verdict;
  const { name } = variable;
  const { data, simulation } = drawnVariable(variable, dataScale);
  const figureId = figureIdOf(id, variable);
  return {
    kind: 'figure',
    id: figureId,
    caption: `${name}: ${sentence(verdict)}`,
    alt: `Histogram of ${name}: simulation stacked by process, ${Math.round(total(simulation))} events in the bins shown, with ${total(data)} events of data on it, and below it their ratio. ${sentence(verdict)}`,
    svg: dataOverSimulation(figureId, variable, samples, dataScale),
    histograms: uhiOfVariable(variable, dataScale),
    size: 'half',
  };
}

function sentence({ comparison, adjustedP, agrees }: VariableVerdict): string {
  if (!isDefined(comparison)) return `not compared, ${comparison.notDefined}.`;
  const chi2 = isDefined(comparison.chi2)
    ? `chi2/ndf ${comparison.chi2.value.toFixed(1)}/${comparison.ndf}, `
    : '';
  const ks = isDefined(comparison.ksP) ? `KS p ${shortP(comparison.ksP.value)}, ` : '';
  return `${agrees ? 'shapes agree' : 'shapes disagree'} (${chi2}${ks}adjusted p ${shortP(adjustedP!)}).`;
}
