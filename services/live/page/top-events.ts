import { formatCount } from '../../../lib/telemetry/format.js';
import type { EventDetail } from '../shared/event-detail.js';
import type { ScoresSection, TopEventView } from '../shared/snapshot.js';
import { ask } from './ask.js';
import { byId, make, putTable, say } from './dom.js';
import { onTheme, themeName } from './theme.js';

/** The event is read from its input file, behind what waits for that reader. */
const eventPatienceMs = 30_000;

const number = (text: string) => ({ text, isNumber: true });

/** The list of the most anomalous events, and one of them opened. */
export class TopEvents {
  readonly #table = byId('top-table');
  readonly #panel = byId('event');
  #section: ScoresSection | undefined;
  #open: string | undefined;
  #shown = '';

  constructor() {
    this.#table.addEventListener('click', (event) => {
      const button = (event.target as Element).closest<HTMLButtonElement>('button[data-event]');
      if (button !== null) this.#show(button.dataset.event!);
    });
    onTheme(() => {
      for (const image of this.#panel.querySelectorAll('img')) {
        const address = new URL(image.src);
        address.searchParams.set('theme', themeName());
        image.src = address.href;
      }
    });
  }

  show(section: ScoresSection): void {
    this.#section = section;
    const { top, score } = section;
    say(
      byId('top-say'),
      top.length === 0
        ? 'No file of scores is finished yet.'
        : `The ${top.length} events with the largest ${score} of all ${formatCount(section.rows)} scored so far.`,
    );
    if (top.length === 0) {
      // Another run has begun.
      this.#table.replaceChildren();
      this.#shown = '';
      if (this.#open !== undefined) this.#close();
      return;
    }
    // A table with a button that has the focus is not touched where nothing in it has changed.
    const key = JSON.stringify([top, this.#open]);
    if (key === this.#shown) return;
    this.#shown = key;
    const focused = this.#focused();
    const table = putTable(
      this.#table,
      'The most anomalous events',
      [
        number('rank'),
        { text: 'sample' },
        { text: 'kind' },
        number(score),
        number('MET (GeV)'),
        number('mll (GeV)'),
        number('H_T (GeV)'),
        number('leptons'),
        number('jets'),
        { text: 'flavours' },
        number('run'),
        number('event'),
        { text: 'file' },
        number('entry'),
        { text: 'picture' },
      ],
      top.map((event, at) => [
        String(at + 1),
        event.sample,
        event.kind,
        event.score.toPrecision(4),
        event.met.toFixed(1),
        event.mll.toFixed(1),
        event.ht.toFixed(1),
        String(event.leptons),
        String(event.jets),
        event.flavours,
        String(event.run),
        event.event,
        event.file,
        String(event.entry),
        { content: openButton(event, at + 1) },
      ]),
    );
    [...table.tBodies[0]!.rows].forEach((row, at) => {
      if (top[at]?.id === this.#open) row.setAttribute('aria-current', 'true');
      else row.removeAttribute('aria-current');
    });
    // Rows keep their places, and events move among them.
    if (focused !== undefined && this.#focused() !== focused) this.#focus(focused);
  }

  /** The event at whose button the focus is. */
  #focused(): string | undefined {
    const { activeElement: element } = document;
    return element instanceof HTMLElement && this.#table.contains(element)
      ? element.dataset.event
      : undefined;
  }

  /** Of an event that is in the list no more the list has the focus. */
  #focus(id: string): void {
    const button = this.#table.querySelector<HTMLElement>(`button[data-event="${CSS.escape(id)}"]`);
    (button ?? this.#table).focus({ preventScroll: true });
  }

  async #show(id: string): Promise<void> {
    this.#open = id;
    const event = this.#section?.top.find((one) => one.id === id);
    if (event === undefined) return;
    if (this.#section !== undefined) this.show(this.#section);
    this.#panel.hidden = false;
    this.#panel.replaceChildren(make('p', { class: 'quiet' }, 'Reading the event …'));
    const { answer, text } = await ask(`/event?id=${id}`, {}, eventPatienceMs);
    if (this.#open !== id) return;
    if (answer?.ok === true) this.#put(event, JSON.parse(text) as EventDetail);
    else if (answer?.status === 404) this.#tell('Other events are more anomalous by now.');
    else this.#tell(`The server did not show the event: ${text}.`);
    this.#panel.focus();
  }

  #tell(sentence: string): void {
    this.#panel.replaceChildren(make('p', {}, sentence));
  }

  #put(event: TopEventView, detail: EventDetail): void {
    const close = make('button', { type: 'button' }, 'Close');
    close.addEventListener('click', () => this.#close());
    this.#panel.replaceChildren(
      make(
        'div',
        { class: 'event-head' },
        make('h3', {}, `${event.sample}: run ${event.run}, event ${event.event}`),
        close,
      ),
      make(
        'p',
        { class: 'quiet' },
        `Score ${event.score.toPrecision(5)}, weight ${event.weight.toPrecision(4)}; ${event.file}, entry ${event.entry}.`,
      ),
      make('div', { class: 'pictures' }, displayOf(detail), matrixOf(detail)),
    );
  }

  #close(): void {
    const id = this.#open;
    const isHere = this.#panel.contains(document.activeElement);
    this.#open = undefined;
    this.#panel.hidden = true;
    this.#panel.replaceChildren();
    if (this.#section !== undefined) this.show(this.#section);
    if (id !== undefined && isHere) this.#focus(id);
  }
}

function openButton({ id, sample }: TopEventView, rank: number): HTMLButtonElement {
  return make(
    'button',
    { type: 'button', 'data-event': id, 'aria-label': `Show event ${rank}, of ${sample}` },
    'Show',
  );
}

function pictureOf(which: string, id: string, alt: string): HTMLElement {
  const address = `/event/${which}.svg?id=${id}&theme=${themeName()}`;
  return make('a', { href: address, target: '_blank' }, make('img', { src: address, alt }));
}

function displayOf({ id, noDisplay, objects, met }: EventDetail): HTMLElement {
  const title = 'Transverse plane';
  if (noDisplay !== '')
    return make('figure', {}, make('h4', {}, title), make('p', {}, `No display: ${noDisplay}.`));
  const words = objects.map(({ type, pt }) => `${type} of ${pt.toFixed(0)} GeV`);
  const into = make('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Objects of the event',
  });
  putTable(
    into,
    'Objects of the event',
    [{ text: 'object' }, number('pT (GeV)'), number('eta'), number('phi')],
    [
      ...objects.map(({ type, pt, eta, phi }) => [type, pt.toFixed(1), eta.toFixed(2), phi.toFixed(2)]),
      ...(met === undefined ? [] : [['MET', met.pt.toFixed(1), '-', met.phi.toFixed(2)]]),
    ],
  );
  return make(
    'figure',
    {},
    make('h4', {}, title),
    pictureOf(
      'display',
      id,
      `Transverse plane: ${[...words, `MET of ${met?.pt.toFixed(0)} GeV`].join(', ')}`,
    ),
    into,
  );
}

function matrixOf({ id, noMatrix, cells }: EventDetail): HTMLElement {
  const title = 'Rapidity-mass matrix';
  if (noMatrix !== '')
    return make('figure', {}, make('h4', {}, title), make('p', {}, `No matrix: ${noMatrix}.`));
  const into = make('div', {
    class: 'scroll',
    tabindex: 0,
    role: 'region',
    'aria-label': 'Cells of the matrix',
  });
  putTable(
    into,
    'Cells of the matrix above 0, the largest first',
    [{ text: 'cell' }, { text: 'meaning' }, number('value')],
    cells.map(({ name, meaning, value }) => [name, meaning, value]),
  );
  return make(
    'figure',
    {},
    make('h4', {}, title),
    pictureOf('matrix', id, 'Matrix of the event; its cells above 0 are in the table below'),
    into,
  );
}
