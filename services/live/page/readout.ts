import type { Reading } from './chart-data.js';
import { make } from './dom.js';
import { swatch } from './stages.js';
import { colour } from './theme.js';

/** Pixels between the cursor and the box. */
const gap = 12;

/** What the lines of a chart are at the cursor: a box beside it. To those who have none the table says the same. */
export class Readout {
  readonly #box = make('div', { class: 'readout', 'aria-hidden': 'true', hidden: true });

  putInto(plot: HTMLElement): void {
    this.hide();
    plot.append(this.#box);
  }

  /** @param left pixels of the cursor in the plot @param room width of the plot */
  show({ place, values }: Reading, left: number, room: number): void {
    this.#box.replaceChildren(
      make('p', {}, place),
      make(
        'ul',
        {},
        ...values.map(({ line, text }) =>
          make('li', {}, swatch(colour(line.colour), line.kind), `${line.name} `, make('b', {}, text)),
        ),
      ),
    );
    // On the side where there is more room.
    const isLeft = left < room / 2;
    this.#box.style.left = isLeft ? `${left + gap}px` : '';
    this.#box.style.right = isLeft ? '' : `${room - left + gap}px`;
    this.#box.hidden = false;
  }

  hide(): void {
    this.#box.hidden = true;
  }
}
