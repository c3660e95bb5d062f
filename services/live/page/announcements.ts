import { byId, say } from './dom.js';

/** What is said within so long is said as one. */
const gatherMs = 100;

/**
 * The place of the page that speaks. One text that follows another before that was read takes its place, so that
 * sentences are gathered; and a text that is there already is not read again, so that it goes away before it comes back.
 */
export class Announcements {
  #sentences: string[] = [];
  #timer: number | undefined;

  say(text: string): void {
    const sentence = text.trim();
    this.#sentences.push(/[.!?]$/.test(sentence) ? sentence : `${sentence}.`);
    this.#timer ??= setTimeout(() => this.#speak(), gatherMs);
  }

  #speak(): void {
    const place = byId('live');
    const text = this.#sentences.join(' ');
    if (place.textContent === text) {
      say(place, '');
      this.#timer = setTimeout(() => this.#speak(), gatherMs);
      return;
    }
    this.#timer = undefined;
    this.#sentences = [];
    say(place, text);
  }
}
