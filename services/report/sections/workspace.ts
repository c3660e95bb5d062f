import { regularAxis } from '../../../lib/statistics/histogram-axis.js';
import { scoreExpression } from '../binned.js';
import type { ReportContext } from '../context.js';
import { pyhfWorkspace } from '../pyhf-workspace.js';
import { sampleFileName } from '../render/file-names.js';
import { shown } from '../samples.js';
import type { Block, FileBlock, Section, TableBlock } from '../section.js';
import { slicedHistograms } from '../sliced.js';
import { percent } from '../words.js';
import { channelsOf, type Slice, slicesOf } from '../workspace-channels.js';

/** A pyhf workspace for each signal, of the regions by background efficiency made disjoint. */
export async function workspaceSection(context: ReportContext): Promise<Section | undefined> {
  const { samples, settings, regions, table, score, dataScale } = context;
  const signals = shown(samples, 'signal');
  const slices = slicesOf(regions.all);
  if (signals.length === 0 || slices.length === 0) return undefined;
  // Yields are all that is asked for: one bin does.
  const contents = await slicedHistograms(table, '0', regularAxis(-1, 1, 1), {
    expression: scoreExpression(score),
    thresholds: slices.map(({ above }) => above),
  });
  const filled = slices.map((slice, index) => ({ slice, content: contents[index + 1]! }));
  const files = signals.flatMap(({ name }): FileBlock[] => {
    const channels = channelsOf(filled, samples, name, dataScale);
    if (channels.length === 0) return [];
    const workspace = pyhfWorkspace(name, channels, settings.background_uncertainty);
    return [
      {
        kind: 'file',
        path: `workspaces/${sampleFileName(name)}.json`,
        content: `${JSON.stringify(workspace, null, 1)}\n`,
        caption: `pyhf workspace of ${name}: ${channels.length} channels, parameter of interest mu`,
      },
    ];
  });
  return {
    id: 'workspace',
    title: 'Workspaces for limits',
    blocks: [
      { kind: 'text', text: introduction(context) },
      channelTable(score, slices),
      ...files,
    ] satisfies Block[],
    data: {
      observed: dataScale !== undefined,
      channels: slices.map(({ name, above, notAbove }) => ({
        name,
        above,
        ...(notAbove === undefined ? {} : { not_above: notAbove }),
      })),
      workspaces: files.map(({ path }) => path),
    },
  };
}

function introduction({ settings, dataScale, first }: ReportContext): string {
  const observed =
    dataScale === undefined
      ? `Without data, observations are the expected background (Asimov data), at ${first.config.luminosity_fb} fb^-1.`
      : `Observations are the data, and simulation is scaled to their ${(dataScale * first.config.luminosity_fb).toPrecision(4)} fb^-1.`;
  return `One workspace of pyhf (schema 1.0.0) for each signal: \`pyhf cls workspaces/SIGNAL.json\`. Channels are the regions by background efficiency made disjoint, each without the tighter ones, so that no event counts twice. ${observed} mu multiplies the signal, 1 at its own cross section. Every process has its statistical error; all have one uncertainty of ${percent(settings.background_uncertainty)} in common. A process whose weights add up to 0 or less in a channel stands with 1e-6 events and keeps its error; a channel whose background adds up to 0 or less is left out. The signal has no statistical error.`;
}

function channelTable(score: string, slices: readonly Slice[]): TableBlock {
  return {
    kind: 'table',
    id: 'workspace-channels',
    caption: `Channels: \`${score}\` above one threshold and not above the next.`,
    columns: [{ label: 'channel' }, { label: 'above', digits: 6 }, { label: 'not above', digits: 6 }],
    rows: slices.map(({ name, above, notAbove }) => [name, above, notAbove ?? '']),
  };
}
