import { workerData } from 'node:worker_threads';
import { serveTasks } from '../../../lib/flow/worker-main.js';
import { takeScores } from './read-scores.js';
import { ScoreBoard } from './score-board.js';
import type { BoardSettings, BoardTask } from './tasks.js';

// Reads what the run has written, beside it: the flow of events neither waits nor knows.
const settings = workerData as BoardSettings;
let board = new ScoreBoard(settings.board);

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
      return undefined;
    case 'section':
      return board.section();
    case 'entry':
      return board.entry(task.id);
  }
});
