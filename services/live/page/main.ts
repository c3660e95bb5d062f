import { formatCount, formatDuration } from '../../../lib/telemetry/format.js';
import type {
  FlowSection,
  Frame,
  LetterCount,
  RunSection,
  SectionName,
  Snapshot,
  Trouble,
} from '../shared/snapshot.js';
import { Announcements } from './announcements.js';
import { Connection } from './connection.js';
import { Controls } from './controls.js';
import { byId, make, putTable, say } from './dom.js';
import { FlowPicture } from './flow-picture.js';
import { showLink } from './link-banner.js';
import { Scores } from './scores.js';
import { showPhases, showStages, stageTitle } from './stages.js';
import { Store } from './store.js';
import { TimeCharts } from './time-charts.js';
import { timeText } from './times.js';
import { forgetToken, logIn, onToken, takeToken } from './token.js';
import { TopEvents } from './top-events.js';
import { Training } from './training.js';

type Part = SectionName | 'series';

const controls = new Controls();
const store = new Store();
const flow = new FlowPicture();
const training = new Training();
const scores = new Scores();
const top = new TopEvents();
const charts = new TimeCharts();
const announcements = new Announcements();
let spoken: Readonly<Record<string, string>> = {};
const waiting = new Set<Part>();
/** Whether what waits will be shown at the next picture; a tab in the background has none. */
let isPlanned = false;

const connection = new Connection({
  onFrame,
  onState(state, facts) {
    if (showLink(state, facts, store.get('run')?.state)) announcements.say('The server is here again.');
  },
  onLocked,
  onOtherBuild: () => location.reload(),
});

onToken(async (token) => {
  controls.use(token);
  if ((await logIn(token)) === 'in' && byId('link-state').dataset.state === 'lost') connection.open();
});

// A table that was folded up has not been kept: it is filled once it is opened.
document.addEventListener(
  'toggle',
  () => {
    waiting.add('series').add('training').add('scores');
    show();
  },
  true,
);

const views: Readonly<Record<Part, () => void>> = {
  run: () => showPart('run', (run) => showRun(run, store.nowMs)),
  flow: () =>
    showPart('flow', (section) => {
      flow.show(section);
      showStages(section);
      speakHealth(section);
    }),
  phases: () => showPart('phases', showPhases),
  series: () => showPart('flow', (section) => charts.show(store.series, section)),
  training: () => showPart('training', (section) => training.show(section)),
  scores: () =>
    showPart('scores', (section) => {
      scores.show(section);
      top.show(section);
    }),
  letters: () => showPart('letters', showLetters),
  troubles: () => showPart('troubles', showTroubles),
};

function onFrame(frame: Frame): void {
  for (const name of store.apply(frame)) waiting.add(name);
  // Of a tab in the background this is all that anybody sees.
  const { state, title } = store.get('run') ?? {};
  const name = `${state}: ${title}`;
  if (state !== undefined && document.title !== name) document.title = name;
  if (isPlanned) return;
  isPlanned = true;
  requestAnimationFrame(() => {
    isPlanned = false;
    show();
  });
}

/** Shows what has changed since the last time; a page that nobody sees does nothing. */
function show(): void {
  if (waiting.size === 0) return;
  // With every change, for it says how long the run has gone on.
  const parts = [...waiting.add('run')];
  waiting.clear();
  for (const part of parts) {
    // What goes wrong in one part leaves the others as they are.
    try {
      views[part]();
    } catch (error) {
      reportError(error);
    }
  }
}

function showPart<Name extends SectionName>(name: Name, view: (section: Snapshot[Name]) => void): void {
  const section = store.get(name);
  if (section !== undefined) view(section);
}

function showRun(run: RunSection, nowMs: number): void {
  const { state, title, message, startedMs, endedMs, limits } = run;
  say(byId('run-title'), title);
  const badge = byId('run-state');
  if (badge.dataset.state !== state) announcements.say(`The run is ${state}. ${message}`);
  badge.dataset.state = state;
  say(badge, state);
  say(
    byId('run-time'),
    `${endedMs === undefined ? 'for' : 'took'} ${formatDuration(((endedMs ?? nowMs) - startedMs) / 1000)}`,
  );
  const note = byId('run-message');
  note.hidden = message === '';
  note.dataset.state = state;
  say(note, message);
  controls.show(run);
  const why = run.control.available ? [] : [run.control.why];
  const lines = [...why, ...limits];
  byId('limits').hidden = lines.length === 0;
  const list = byId('limits-list');
  if ([...list.children].map((item) => item.textContent).join('\n') !== lines.join('\n'))
    list.replaceChildren(...lines.map((line) => make('li', {}, line)));
}

function showLetters(letters: readonly LetterCount[]): void {
  const into = byId('letters-table');
  if (letters.length === 0) return void into.replaceChildren(make('p', { class: 'quiet' }, 'None so far.'));
  putTable(
    into,
    'Dead letters by stage and reason',
    [{ text: 'reason' }, { text: 'stage' }, { text: 'count', isNumber: true }],
    letters.map(({ stage, reason, count }) => [reason, stageTitle(stage), formatCount(count)]),
  );
}

function showTroubles(troubles: readonly Trouble[]): void {
  const into = byId('troubles-table');
  if (troubles.length === 0) return void into.replaceChildren(make('p', { class: 'quiet' }, 'None so far.'));
  putTable(
    into,
    'Errors by stage and code',
    [{ text: 'code' }, { text: 'stage' }, { text: 'count', isNumber: true }, { text: 'last' }],
    troubles.map(({ stage, code, count, atMs }) => [
      code,
      stageTitle(stage),
      formatCount(count),
      atMs === undefined ? 'before this page' : timeText(atMs),
    ]),
  );
}

const grave = ['behind', 'stalled', 'failing', 'unreachable'];

/** Says of a stage that it is in trouble, or no more; what goes well is not read out. */
function speakHealth({ stages }: FlowSection): void {
  const now: Record<string, string> = {};
  for (const { stage, health, why } of stages) {
    now[stage] = health;
    const before = spoken[stage];
    if (before === undefined || before === health) continue;
    if (grave.includes(health)) announcements.say(`${stageTitle(stage)} is ${health}: ${why}`);
    else if (grave.includes(before)) announcements.say(`${stageTitle(stage)} is ${health} again`);
  }
  spoken = now;
}

/** The server knows this browser no more: with the token of this tab it may look again. */
async function onLocked(): Promise<boolean> {
  const token = takeToken();
  if (token === undefined) return false;
  const outcome = await logIn(token);
  if (outcome === 'refused') forgetToken();
  return outcome === 'in';
}
