import { formatCount, formatDuration } from '../../../lib/telemetry/format.js';
import type {
  FlowSection,
  Frame,
  LetterCount,
  RunSection,
  SectionName,
  Trouble,
} from '../shared/snapshot.js';
import { Connection, type LinkFacts, type LinkState } from './connection.js';
import { Controls } from './controls.js';
import { byId, make, putTable, say } from './dom.js';
import { FlowPicture } from './flow-picture.js';
import { Scores } from './scores.js';
import { showPhases, showStages, stageTitle, timeText } from './stages.js';
import { Store } from './store.js';
import { TimeCharts } from './time-charts.js';
import { logIn, takeToken } from './token.js';
import { TopEvents } from './top-events.js';
import { Training } from './training.js';

const controls = new Controls();
const store = new Store();
const flow = new FlowPicture();
const training = new Training();
const scores = new Scores();
const top = new TopEvents();
const charts = new TimeCharts();
let spoken: Readonly<Record<string, string>> = {};
const waiting = new Set<SectionName | 'series'>();
/** The server wants its token, which this tab does not have. */
let isLocked = false;

const connection = new Connection({ onFrame, onState, onLocked });

// A table that was folded up has not been kept: it is filled once it is opened.
document.addEventListener(
  'toggle',
  () => {
    waiting.add('series').add('scores');
    show();
  },
  true,
);

function onFrame(frame: Frame): void {
  for (const name of store.apply(frame)) waiting.add(name);
  requestAnimationFrame(show);
}

/** Shows what has changed since the last time; a page that nobody sees does nothing. */
function show(): void {
  if (waiting.size === 0) return;
  const { nowMs } = store;
  const isNew = (name: SectionName | 'series') => waiting.has(name);
  const run = store.get('run');
  const stages = store.get('flow');
  if (run !== undefined) showRun(run, nowMs);
  if (stages !== undefined && isNew('flow')) {
    flow.show(stages);
    showStages(stages);
    speakHealth(stages);
  }
  if (isNew('phases')) showPhases(store.get('phases') ?? []);
  if (isNew('series') && stages !== undefined) charts.show(store.series, stages);
  if (isNew('training')) training.show(store.get('training')!);
  const scored = store.get('scores');
  if (isNew('scores') && scored !== undefined) {
    scores.show(scored);
    top.show(scored);
  }
  if (isNew('letters')) showLetters(store.get('letters')!);
  if (isNew('troubles')) showTroubles(store.get('troubles')!);
  waiting.clear();
}

function showRun(run: RunSection, nowMs: number): void {
  const { state, title, message, startedMs, endedMs, limits } = run;
  say(byId('run-title'), title);
  if (document.title !== `${state}: ${title}`) document.title = `${state}: ${title}`;
  const badge = byId('run-state');
  if (badge.dataset.state !== state) speak(`The run is ${state}. ${message}`);
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
    if (grave.includes(health)) speak(`${stageTitle(stage)} is ${health}: ${why}`);
    else if (grave.includes(before)) speak(`${stageTitle(stage)} is ${health} again`);
  }
  spoken = now;
}

function speak(text: string): void {
  say(byId('live'), text);
}

function onState(state: LinkState, { sinceMs, isFull }: LinkFacts): void {
  const badge = byId('link-state');
  const lost = byId('lost');
  const wasLost = badge.dataset.state === 'lost';
  if (state === 'here') {
    isLocked = false;
    if (wasLost && sinceMs !== undefined && !lost.hidden) speak('The server is here again.');
    badge.dataset.state = 'here';
    say(badge, 'live');
    lost.hidden = true;
    return;
  }
  badge.dataset.state = 'lost';
  say(badge, 'connection lost');
  if (isLocked) return;
  const { state: run } = store.get('run') ?? {};
  const isOver = run === 'finished' || run === 'stopped' || run === 'failed';
  say(
    lost,
    isOver
      ? `The run is over (${run}) and its server has ended with it. This is its last state; the page comes back by itself when a server is there again.`
      : isFull
        ? 'As many pages as there may be look on already. What is shown is the last that this one heard; it goes on when another one is closed.'
        : 'The server does not answer. What is shown is the last that it said; the page comes back by itself when the server does.',
  );
  lost.hidden = false;
}

/** The server knows this browser no more: with the token of this tab it may look again. */
async function onLocked(): Promise<void> {
  const token = takeToken();
  if (token !== undefined && (await logIn(token))) return connection.open();
  isLocked = true;
  const lost = byId('lost');
  if (lost.querySelector('a') !== null) return;
  lost.replaceChildren('The server asks for its token again: ', make('a', { href: '/' }, 'give it'), '.');
  lost.hidden = false;
}
