import type { Phase } from '../pipeline/watch.js';
import type { DirectoryFacts } from './directory-facts.js';

export interface DirectoryVerdict {
  readonly state: 'finished' | 'working' | 'stopped';
  /** The phase that it is in, or stopped in; undefined where it is finished. */
  readonly phase: Phase | undefined;
  readonly because: string;
}

/** What becomes of a run in one process, by what is in its directory. */
export function directoryVerdict(facts: DirectoryFacts): DirectoryVerdict {
  const { holder, isFinished } = facts;
  const phase = isFinished ? undefined : phaseOf(facts);
  // A finished run may be opened again, to see that nothing is left to do.
  if (isFinished) return { state: 'finished', phase, because: 'everything is scored and written' };
  if (holder?.isAlive === true)
    return { state: 'working', phase, because: `process ${holder.pid} works on it` };
  const killed = holder === undefined ? '' : ` (process ${holder.pid}, which did, is gone)`;
  return {
    state: 'stopped',
    phase,
    because: `nobody works on it${killed}; the same command goes on where it stopped`,
  };
}

function phaseOf({ isScoring, weighed, features, scores, model }: DirectoryFacts): Phase {
  if (features.done === 0 && weighed.done < weighed.total) return 'weights';
  if (isScoring) return scores.done < scores.total ? 'score' : 'evaluate';
  if (features.done < features.total) return 'features';
  if (model === undefined) return 'train';
  return scores.done < scores.total ? 'score' : 'evaluate';
}
