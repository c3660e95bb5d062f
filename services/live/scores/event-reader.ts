import type { TopEntry } from './score-board.js';
import { isLoss, type TaskThread } from './task-thread.js';
import type { EventPictures } from './tasks.js';

/** So many events are drawn or wait for it; whoever asks for one more is told to come back. */
const mostAsked = 24;
/** Events that are kept as they were drawn. */
const mostKept = 8;

/** `busy` where as many wait as may; undefined where the list of events holds no such one. */
export type Asked = EventPictures | 'busy' | undefined;

export interface EventReaderOptions {
  /** The row of an event of the list. */
  readonly entryOf: (id: string) => Promise<TopEntry | undefined>;
  /** Opened for the first event: what draws is large, and most runs are never asked for it. */
  readonly open: () => TaskThread;
}

/** Draws events, one after the other. However many ask for an event, it is drawn once. */
export class EventReader {
  readonly #options: EventReaderOptions;
  #thread: TaskThread | undefined;
  /** Of the run that is shown: another one may have events of the same names. */
  #asked = new Map<string, Promise<Asked>>();
  /** Drawn last: a page asks for the facts of an event, and for each of its pictures. The oldest is first. */
  readonly #kept = new Map<string, EventPictures>();
  #closed = false;

  constructor(options: EventReaderOptions) {
    this.#options = options;
  }

  /** @param isShown its facts have just been asked for: what was found then will do, though it may be not all */
  async event(id: string, isShown: boolean): Promise<Asked> {
    const kept = this.#kept.get(id);
    if (kept !== undefined && (isShown || hasFeatures(kept))) return kept;
    const asked = this.#asked;
    const same = asked.get(id);
    if (same !== undefined) return same;
    if (asked.size >= mostAsked) return 'busy';
    const drawn = this.#draw(id).finally(() => asked.delete(id));
    asked.set(id, drawn);
    return drawn;
  }

  /** Another run begins. */
  restart(): void {
    this.#asked = new Map();
    this.#kept.clear();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#thread?.close();
  }

  async #draw(id: string): Promise<EventPictures | undefined> {
    const asked = this.#asked;
    const entry = await this.#options.entryOf(id);
    if (entry === undefined || this.#closed) return undefined;
    this.#thread ??= this.#options.open();
    const thread = this.#thread;
    try {
      const pictures = await thread.run<EventPictures>(entry);
      if (asked === this.#asked) this.#keep(pictures);
      return pictures;
    } catch (error) {
      if (this.#closed) return undefined;
      // The next event gets another thread.
      if (isLoss(error) && thread === this.#thread) this.#thread = undefined;
      throw error;
    }
  }

  #keep(pictures: EventPictures): void {
    const { id } = pictures.detail;
    this.#kept.delete(id);
    this.#kept.set(id, pictures);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= mostKept) break;
      this.#kept.delete(oldest);
    }
  }
}

/** To look for these is what takes time; where they are not there yet they may come. */
function hasFeatures({ detail }: EventPictures): boolean {
  return detail.noMatrix === '' || detail.cells.length > 0;
}
