import { type KnownSeal, knownSeals, type Opening } from '../../blind/opening.js';
import type { Seal } from '../../blind/seal.js';
import type { ReportContext, SectionMaker } from '../context.js';
import { measuredCell } from '../measured-cell.js';
import type { Block, Cell, TableBlock } from '../section.js';

/** What was sealed before it was looked at, and what came out of seals that were opened; nothing without seals. */
export const blindSection: SectionMaker = async (context) => {
  const seals = knownSeals(context.first.layout.root);
  if (seals.length === 0) return undefined;
  return {
    id: 'blind',
    title: 'Blind files',
    blocks: [
      {
        kind: 'text',
        text: 'Files that were sealed with a frozen search (model, configuration, thresholds of the regions) before anybody looked at them, each to be scored once (`rmmstream blind`).',
      },
      listOf(seals, context),
      ...seals.flatMap((known) => verdictsOf(known, context)),
      ...seals.flatMap((known) =>
        'seal' in known && known.opening?.state === 'opened' ? resultsOf(known.seal, known.opening) : [],
      ),
    ],
    data: { seals },
  };
};

function listOf(seals: readonly KnownSeal[], context: ReportContext): TableBlock {
  return {
    kind: 'table',
    id: 'blind-seals',
    caption: 'Seals of this run; the digest, published before the opening, is what others can check',
    columns: ['seal', 'state', 'files', 'samples', 'score', 'model', 'digest'].map((label) => ({ label })),
    rows: seals.map((known): Cell[] => {
      if ('broken' in known) return [known.name, 'not to be believed', '', '', '', '', ''];
      const { seal } = known;
      const samples = [...new Set(seal.files.map(({ sample }) => sample))];
      return [
        known.name,
        stateOf(known, context),
        seal.files.length,
        samples.join(', '),
        seal.score,
        seal.model,
        seal.digest,
      ];
    }),
  };
}

/** A seal of an earlier training is no fault as long as its result is on record. */
function stateOf(known: Extract<KnownSeal, { seal: Seal }>, context: ReportContext): string {
  if (known.opening?.state === 'opened') return 'opened';
  if (!isOfThisRun(known.seal, context)) return 'cannot be opened';
  return known.opening === undefined ? 'sealed' : 'opening broke off';
}

function isOfThisRun(seal: Seal, { first: { record } }: ReportContext): boolean {
  return seal.model === record.model && seal.configuration_hash === record.configuration_hash;
}

function verdictsOf(known: KnownSeal, context: ReportContext): Block[] {
  const verdict = (level: 'notice' | 'bad', text: string): Block[] => [{ kind: 'verdict', level, text }];
  if ('broken' in known) return verdict('bad', `Seal ${known.name}: ${known.broken}.`);
  const { seal, opening } = known;
  if (!isOfThisRun(seal, context)) {
    return verdict(
      'notice',
      opening?.state === 'opened'
        ? `Seal ${seal.name} was opened with model ${seal.model}; this run has another one by now.`
        : `Seal ${seal.name} was made with model ${seal.model}, and this run has another one by now: it cannot be opened any more.`,
    );
  }
  if (opening?.state === 'opening') {
    return verdict(
      'notice',
      `The opening of seal ${seal.name} broke off: the seal is broken, its result seen by nobody; rmmstream blind open ${seal.name} goes on with it.`,
    );
  }
  return [];
}

function resultsOf(seal: Seal, { evaluation, regions = {} }: Opening): Block[] {
  const signals = Object.entries(evaluation?.signals ?? {});
  const scores = Object.keys(signals[0]?.[1].separation ?? {});
  const areas: TableBlock = {
    kind: 'table',
    id: `blind-${seal.name}-auc`,
    caption: `Seal ${seal.name}: weighted AUC with its bootstrap error`,
    columns: [{ label: 'sample' }, { label: 'events' }, ...scores.map((label) => ({ label }))],
    rows: signals.map(([name, { events, separation }]) => [
      name,
      events,
      ...scores.map((score) => measuredCell(separation[score]!.auc)),
    ]),
  };
  const yields: TableBlock = {
    kind: 'table',
    id: `blind-${seal.name}-regions`,
    caption: `Seal ${seal.name}: what lies in its signal regions`,
    columns: ['sample', 'region', `${seal.score} above`, 'events', 'weight'].map((label) => ({ label })),
    rows: Object.entries(regions).flatMap(([sample, sums]) =>
      seal.regions.map(({ id, threshold }): Cell[] => [
        sample,
        id,
        threshold,
        sums[id]?.events ?? 0,
        sums[id]?.weight ?? 0,
      ]),
    ),
  };
  return [areas, yields];
}
