import { type CellModel, type FeatureNames, featureNames, openCellModel } from '../cells-model.js';
import type { ReportContext } from '../context.js';
import { type EventFeatures, eventFeatures } from '../events-features.js';
import { type EventObjects, readObjects } from '../events-objects.js';
import { eventTable, identityTable, strongest, strongestText, sumOf } from '../events-tables.js';
import { type TopEvent, topEvents } from '../events-top.js';
import { eventDisplaySvg } from '../figures/event-display.js';
import { eventMatrixSvg } from '../figures/event-matrix.js';
import { featuresMissing } from '../row-places.js';
import type { Block, FigureBlock, Section } from '../section.js';

const id = 'events';
const title = 'The most anomalous events';
/** Background events with pictures where data are there. */
const fewPictures = 3;

/**
 * The events with the largest score: identity, rank against the background, what they look like in the transverse plane,
 * their matrix, and which cells make them anomalous.
 */
export async function eventsSection(context: ReportContext): Promise<Section | undefined> {
  const events = await topEvents(context);
  if (events.length === 0) return undefined;
  const names = featureNames(context);
  const model = await openCellModel(context);
  const featuresGone = featuresMissing(context.runs.joined);
  let features = new Map<number, EventFeatures>();
  try {
    if (featuresGone === undefined)
      features = await eventFeatures(events, 'notDefined' in model ? undefined : model, context.signal);
  } finally {
    if (!('notDefined' in model)) await model.release();
  }
  const pictured = events.filter((event) => hasPictures(event, events));
  const { displays, reasons } = await readDisplays(context, pictured);
  const blocks: Block[] = [
    introduction(context),
    eventTable(context, events, features, names),
    identityTable(events),
    ...[...remarks(model, featuresGone), ...reasons].map((text): Block => ({ kind: 'text', text })),
  ];
  for (const event of pictured) {
    const objects = displays.get(event);
    if (objects !== undefined) blocks.push(display(event, objects, context.score));
    const own = features.get(events.indexOf(event));
    if (own !== undefined && names.matrix !== undefined) blocks.push(matrix(event, own, names));
  }
  return { id, title, blocks, data: dataOf(context, events, features, names, displays, reasons) };
}

/** All data and signals; of the background all where it stands alone. */
function hasPictures({ process, rank }: TopEvent, events: readonly TopEvent[]): boolean {
  if (process.kind !== 'background') return true;
  return rank <= fewPictures || !events.some((event) => event.process.kind === 'data');
}

function introduction({ score, settings }: ReportContext): Block {
  return {
    kind: 'text',
    text: `The events with the largest \`${score}\`: up to ${settings.top_events} of data and of background (test part), the first of each signal. "Background above" is the share of the background's abs(weight) with a larger score. In the displays of the transverse plane an arrow is as long as the square root of its pT (rings and numbers: GeV): electrons e, muons μ, light jets j, b-jets b, jets between the two tags ?, missing transverse momentum MET (dashed). The matrices hold unscaled values; energies and masses have colours from indigo to green, h and imbalances from magenta to orange.`,
  };
}

function remarks(
  model: CellModel | { readonly notDefined: string },
  featuresGone: string | undefined,
): string[] {
  if (featuresGone !== undefined) return [`No matrices are shown: ${featuresGone}.`];
  return 'notDefined' in model ? [`No strongest cells are named: ${model.notDefined}.`] : [];
}

interface Displays {
  readonly displays: ReadonlyMap<TopEvent, EventObjects>;
  /** Why events have none, a line for each file. */
  readonly reasons: readonly string[];
}

async function readDisplays(
  { runs, inputFolder, signal }: ReportContext,
  events: readonly TopEvent[],
): Promise<Displays> {
  const displays = new Map<TopEvent, EventObjects>();
  const reasons: string[] = [];
  for (const file of new Set(events.map((event) => event.file))) {
    signal.throwIfAborted();
    const own = events.filter((event) => event.file === file);
    const run = runs.joined.find(({ scoreFiles }) => scoreFiles.includes(own[0]!.scoreFile))!;
    const entries = own.map(({ entry }) => entry);
    const read = await readObjects(run, file, entries, inputFolder, signal);
    if ('notDefined' in read) {
      reasons.push(`No display of ${own.map(nameOf).join(', ')}: ${read.notDefined}.`);
      continue;
    }
    for (const event of own) {
      const objects = read.objects.get(event.entry);
      if (objects === undefined)
        reasons.push(
          `No display of ${nameOf(event)}: entry ${event.entry} of ${file} does not pass the selection of the run.`,
        );
      else displays.set(event, objects);
    }
  }
  return { displays, reasons };
}

function nameOf({ process, rank }: TopEvent): string {
  return `${process.label} ${rank}`;
}

function figureId({ process, rank }: TopEvent): string {
  return `event-${process.id}-${rank}`;
}

function display(event: TopEvent, objects: EventObjects, score: string): FigureBlock {
  const { sample, run, backgroundAbove } = event;
  const share = backgroundAbove === 0 ? 'no' : `${(100 * (backgroundAbove ?? 0)).toPrecision(2)} % of`;
  const above = backgroundAbove === undefined ? '' : `, ${share} background above`;
  const list = objects.objects.map(({ type, pt }) => `${type} of ${pt.toFixed(0)} GeV`);
  return {
    kind: 'figure',
    id: figureId(event),
    caption: `${nameOf(event)}${event.process.label === sample ? '' : ` (${sample})`}, run ${run}, event ${event.event}: ${score} ${event.score.toPrecision(4)}${above}`,
    alt: `Transverse plane of the event: ${[...list, `MET of ${objects.met.toFixed(0)} GeV`].join(', ')}.`,
    svg: eventDisplaySvg(figureId(event), objects),
    size: 'half',
  };
}

function matrix(event: TopEvent, features: EventFeatures, names: FeatureNames): FigureBlock {
  const { values } = features;
  const top = strongestText(features, names);
  const svg = eventMatrixSvg(
    `${figureId(event)}-matrix`,
    values,
    { ...names, matrix: names.matrix! },
    strongest(features.cells),
  );
  return {
    kind: 'figure',
    id: `${figureId(event)}-matrix`,
    caption: `Matrix of ${nameOf(event)}${top === '' ? '' : `; framed, what adds most to the score: ${top}`}`,
    alt: `Matrix of the event with ${[...values].filter((value) => value > 0).length} cells above 0${top === '' ? '' : `; ${top} of the score`}.`,
    svg,
    size: 'half',
  };
}

function dataOf(
  { score }: ReportContext,
  events: readonly TopEvent[],
  features: ReadonlyMap<number, EventFeatures>,
  { layout }: FeatureNames,
  displays: Displays['displays'],
  reasons: readonly string[],
): unknown {
  return {
    score,
    events: events.map((event, at) => {
      const { process, modelVersion: _, scoreFile: _file, row: _row, backgroundAbove, mlll, ...rest } = event;
      const cells = features.get(at)?.cells;
      const objects = displays.get(event);
      return {
        process: process.id,
        ...rest,
        ...(mlll === undefined ? {} : { mlll }),
        ...(backgroundAbove === undefined ? {} : { background_above: backgroundAbove }),
        ...(cells === undefined
          ? {}
          : {
              strongest_cells: strongest(cells).map((column) => ({
                cell: layout.names[column],
                adds: cells[column],
                share: cells[column]! / sumOf(cells),
              })),
            }),
        ...(objects === undefined ? {} : { objects: objects.objects, met_phi: objects.metPhi }),
      };
    }),
    without_display: reasons,
  };
}
