import type { RunSection } from '../shared/snapshot.js';
import { byId, say } from './dom.js';
import { forgetToken, keepToken, takeToken } from './token.js';

const orders = ['pause', 'resume', 'drain'] as const;
type Order = (typeof orders)[number];

const canBe: Readonly<Record<Order, readonly RunSection['state'][]>> = {
  pause: ['running'],
  resume: ['paused', 'pausing'],
  drain: ['running', 'paused', 'pausing', 'starting'],
};

/** Pause, resume and drain, with the token of this tab. */
export class Controls {
  #token = takeToken();
  #waiting: Order | undefined;

  constructor() {
    for (const order of orders)
      byId(`control-${order}`).addEventListener('click', () => void this.#give(order));
    const form = byId<HTMLFormElement>('token-form');
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#token = byId<HTMLInputElement>('token').value;
      keepToken(this.#token);
      form.hidden = true;
      const order = this.#waiting;
      if (order !== undefined) void this.#give(order);
    });
  }

  show({ control, state }: RunSection): void {
    byId('controls').hidden = !control.available;
    for (const order of orders)
      byId<HTMLButtonElement>(`control-${order}`).disabled = !canBe[order].includes(state);
  }

  async #give(order: Order): Promise<void> {
    if (
      order === 'drain' &&
      !confirm('End the run now? What is finished stays; the same command goes on from there.')
    )
      return;
    if (this.#token === undefined) return this.#ask(order, '');
    const answer = await fetch(`/control/${order}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}` },
    }).catch(() => undefined);
    if (answer?.status === 401) {
      forgetToken();
      this.#token = undefined;
      return this.#ask(order, 'That is not the token of this server.');
    }
    const why = answer === undefined ? 'it does not answer' : answer.ok ? '' : (await answer.text()).trim();
    const note = byId('order-say');
    note.hidden = why === '';
    say(note, why === '' ? '' : `The server did not ${order}: ${why}.`);
  }

  #ask(order: Order, why: string): void {
    this.#waiting = order;
    byId('token-form').hidden = false;
    say(byId('token-say'), why);
    byId('token').focus();
  }
}
