import type { RunSection } from '../shared/snapshot.js';
import { ask } from './ask.js';
import { byId, say } from './dom.js';
import { forgetToken, isToken, keepToken, takeToken } from './token.js';

const orders = ['pause', 'resume', 'drain'] as const;
type Order = (typeof orders)[number];

const canBe: Readonly<Record<Order, readonly RunSection['state'][]>> = {
  pause: ['running'],
  resume: ['paused', 'pausing'],
  drain: ['running', 'paused', 'pausing', 'starting'],
};

/** Pause, resume and drain, with the token of this tab. */
export class Controls {
  readonly #form = byId<HTMLFormElement>('token-form');
  #token = takeToken();
  #waiting: Order | undefined;

  constructor() {
    for (const order of orders) {
      const button = buttonOf(order);
      button.addEventListener('click', () => {
        if (button.ariaDisabled !== 'true') void this.#give(order);
      });
    }
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      const order = this.#waiting;
      const token = byId<HTMLInputElement>('token').value.trim();
      keepToken(token);
      this.use(token);
      if (order !== undefined) void this.#give(order);
    });
  }

  /** A token was given: whoever was asked for it stands at the button again. */
  use(token: string): void {
    this.#token = token;
    if (this.#form.hidden) return;
    this.#form.hidden = true;
    if (this.#waiting !== undefined) buttonOf(this.#waiting).focus();
    this.#waiting = undefined;
  }

  show({ control, state }: RunSection): void {
    byId('controls').hidden = !control.available;
    // A button that is disabled outright loses the focus: who has just pressed it would stand nowhere.
    for (const order of orders) buttonOf(order).ariaDisabled = String(!canBe[order].includes(state));
  }

  async #give(order: Order): Promise<void> {
    if (this.#token === undefined) return this.#ask(order, '');
    if (!isToken(this.#token))
      return this.#ask(
        order,
        'That is no token: it has up to 512 letters, digits and signs, without spaces.',
      );
    // Last, so that whoever has to give the token first is asked once.
    if (
      order === 'drain' &&
      !confirm('End the run now? What is finished stays; the same command goes on from there.')
    )
      return;
    const { answer, text } = await ask(`/control/${order}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#token}` },
    });
    if (answer?.status === 401) return this.#ask(order, 'That is not the token of this server.');
    const why = answer?.ok === true ? '' : text;
    const note = byId('order-say');
    note.hidden = why === '';
    say(note, why === '' ? '' : `The server did not ${order}: ${why}.`);
  }

  /** @param why what is wrong with the token that was tried; empty where there was none */
  #ask(order: Order, why: string): void {
    forgetToken();
    this.#token = undefined;
    this.#waiting = order;
    this.#form.hidden = false;
    say(byId('token-say'), why);
    byId('token').focus();
  }
}

function buttonOf(order: Order): HTMLButtonElement {
  return byId<HTMLButtonElement>(`control-${order}`);
}
