import { workerData } from 'node:worker_threads';
import { serveTasks } from '../../../lib/flow/worker-main.js';
import { takeScores } from './read-scores.js';
import { ScoreBoard } from './score-board.js';
import type { BoardSettings, BoardTask, EventPictures } from './tasks.js';

// Reads what the run has written, beside it: the flow of events neither waits nor knows.
const settings = workerData as BoardSettings;
let board = new ScoreBoard(settings.board);
/** The event that was looked at last: a page asks for its facts and for each of its pictures. */
let last: EventPictures | undefined;

serveTasks(async (input) => {
  const task = input as BoardTask;
  switch (task.kind) {
    case 'take':
      try {
        await takeScores(board, task.path, settings.board.score);
      } catch (error) {
        board.unreadable += 1;
        throw error;
      }
      return undefined;
    case 'restart':
      board = new ScoreBoard(settings.board);
      last = undefined;
      return undefined;
    case 'section':
      return board.section();
    case 'event': {
      const entry = board.entry(task.id);
      if (entry === undefined) return undefined;
      if (last?.detail.id === task.id) return last;
      // What draws is large, and most runs are never asked for it.
      const { eventPictures } = await import('./event-pictures.js');
      const pictures = await eventPictures(entry, settings);
      // What is not there yet may come.
      last = pictures.detail.noDisplay + pictures.detail.noMatrix === '' ? pictures : undefined;
      return pictures;
    }
  }
});
