import { dataTopics } from '../kafka/topics.js';
import { addSums, type EntrySum, sameSum } from './entry-sums.js';

/** An entry of a block that came again from the dead letters. */
export interface LateFacts {
  readonly entry: number;
  /** Whether a dead letter is about it. */
  readonly isDead: boolean;
  /** A message of it waits for a stage. */
  readonly isWaiting: boolean;
  /** A message of it became a dead letter as a whole. */
  readonly wasDead: boolean;
  /** Messages of it that have come to the last topic, by what became of it. */
  readonly selected: number;
  readonly cut: number;
  readonly dead: number;
}

/** What was seen of a block; counts of messages are by topic, in the order of the topics. */
export interface BlockFacts {
  readonly entries: number;
  readonly passed: readonly number[];
  readonly waiting: readonly number[];
  readonly dead: readonly number[];
  /** Those that were sent again from the dead letters, to this topic. */
  readonly redriven: readonly number[];
  /** Its input file did not give it, and a dead letter says so. */
  readonly isUnreadable: boolean;
  /** What the header of the block's last message says became of its entries. */
  readonly flow: { readonly selected: number; readonly cut: number; readonly dead: number };
  /** Distinct entries that dead letters are about. */
  readonly deadEntries: number;
  readonly features: EntrySum;
  /** Rows of scaled up to where the scorer is. */
  readonly scaled: EntrySum;
  /** Rows of scaled behind that. */
  readonly pending: EntrySum;
  readonly scores: EntrySum;
  readonly late: readonly LateFacts[];
  /** Whether ingest has come past the block. */
  readonly isRead: boolean;
  /** The topic that rows are scored from, as far as it is still there: index among the topics. */
  readonly last: number;
  /** Topics whose beginning is gone: that the block is not there says nothing. */
  readonly isCut: readonly boolean[];
}

/** What became of the entries of a block, or of many; scored + cut + dead + inFlight + missing are all of them. */
export interface Counts {
  readonly scored: number;
  readonly cut: number;
  readonly dead: number;
  /** Among them: sent again, and on their way. */
  readonly redriven: number;
  readonly inFlight: number;
  readonly missing: number;
  /** Entries that count more than once, times how often too much; in none of the others. */
  readonly doubled: number;
}

export interface Verdict extends Counts {
  /** What is wrong, in words. */
  readonly problems: readonly string[];
}

/** Says what became of the entries of one block, each once. */
export function judge(facts: BlockFacts): Verdict {
  const problems: string[] = [];
  const late = judgeLate(facts.late, problems);
  const excess = excessMessages(facts, problems);
  const reached = facts.passed[facts.last]! + facts.waiting[facts.last]!;
  const isDead = isDeadBehind(facts, late);
  const isReached = reached > 0 && !isDead;
  const known = isReached ? ofReached(facts, late, problems) : ofOthers(facts, late, problems);
  // Those of messages that came too often are counted with the messages; those of one that is dead are nobody's.
  const tooOften = isDead ? reached : Math.max(0, reached - 1);
  const explained = tooOften * facts.flow.selected + late.rowsTooMany;
  const rows = judgeRows(facts, known.selected + late.scored, explained, problems);
  const missing = known.missing + late.lost + rows.missing;
  return {
    scored: rows.scored,
    cut: known.cut + late.cut,
    dead: known.dead,
    redriven: Math.min(known.dead, late.onTheirWay),
    inFlight: known.inFlight + rows.inFlight,
    missing,
    doubled: excess * facts.entries + late.doubled + known.doubled + rows.doubled,
    problems,
  };
}

interface LateCounts {
  /** Dead letters that are scored, or cut, by now; that are on their way; whose message was lost. */
  readonly scored: number;
  readonly cut: number;
  readonly onTheirWay: number;
  readonly lost: number;
  readonly doubled: number;
  /** Rows among what is doubled. */
  readonly rowsTooMany: number;
}

function judgeLate(late: readonly LateFacts[], problems: string[]): LateCounts {
  const counts = { scored: 0, cut: 0, onTheirWay: 0, lost: 0, doubled: 0, rowsTooMany: 0 };
  for (const { entry, isDead, isWaiting, wasDead, selected, cut, dead } of late) {
    const through = selected + cut;
    // An entry without a dead letter has its place in the block already.
    const tooMuch = isDead ? Math.max(0, through - 1) : through;
    if (tooMuch > 0)
      problems.push(`entry ${entry} came again ${through} times${isDead ? '' : ' without a dead letter'}`);
    counts.doubled += tooMuch;
    counts.rowsTooMany += selected - (isDead && selected > 0 ? 1 : 0);
    if (!isDead) continue;
    if (selected > 0) counts.scored += 1;
    else if (cut > 0) counts.cut += 1;
    else if (isWaiting) counts.onTheirWay += 1;
    else if (!wasDead && dead === 0) {
      counts.lost += 1;
      problems.push(`entry ${entry} was sent again and is nowhere`);
    }
  }
  return counts;
}

/**
 * How often the block was seen too often on the topic where that is worst: once is right, and once more for each time
 * that it became a dead letter further on, or was sent again (a dead letter need not say which block it was).
 */
function excessMessages({ passed, waiting, dead, redriven, last }: BlockFacts, problems: string[]): number {
  let worst = 0;
  for (const [topic, count] of passed.entries()) {
    const seen = count + waiting[topic]!;
    const again = topic < last ? Math.max(sum(dead.slice(topic + 1)), sum(redriven.slice(0, topic + 1))) : 0;
    if (topic > last || seen <= 1 + again) continue;
    problems.push(`seen ${seen} times on ${dataTopics[topic]}`);
    worst = Math.max(worst, seen - 1 - again);
  }
  return worst;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}

interface Known {
  /** Rows to be scored, but for late ones. */
  readonly selected: number;
  readonly cut: number;
  readonly dead: number;
  readonly inFlight: number;
  readonly missing: number;
  readonly doubled: number;
}

/** The block is on the last topic: its header says what became of every entry. */
function ofReached({ entries, flow, deadEntries }: BlockFacts, late: LateCounts, problems: string[]): Known {
  const unwritten = Math.max(0, flow.dead - deadEntries);
  const unexpected = Math.max(0, deadEntries - flow.dead);
  if (unwritten > 0) problems.push(`${unwritten} dead letters were not written`);
  if (unexpected > 0)
    problems.push(`${unexpected} dead letters are about entries that are cut or selected too`);
  const uncounted = entries - flow.selected - flow.cut - flow.dead;
  if (uncounted !== 0)
    problems.push(`its header says what became of ${entries - uncounted} of ${entries} entries`);
  return {
    selected: flow.selected,
    cut: flow.cut,
    dead: Math.max(0, flow.dead - unwritten - late.scored - late.cut - late.lost),
    inFlight: 0,
    missing: unwritten + Math.max(0, uncounted),
    doubled: unexpected + Math.max(0, -uncounted),
  };
}

/** The block is not there as a whole: on its way, a dead letter, or nowhere. */
function ofOthers(facts: BlockFacts, late: LateCounts, problems: string[]): Known {
  const rest = facts.entries - late.scored - late.cut - late.lost;
  const none = { selected: 0, cut: 0, dead: 0, inFlight: 0, missing: 0, doubled: 0 };
  const { passed, waiting, dead, isRead, isUnreadable } = facts;
  if (sum(waiting) > 0) return { ...none, inFlight: rest };
  const lostBehind = passed.findIndex((_, topic) => isLostBehind(facts, topic));
  if (lostBehind >= 0) problems.push(`lost behind ${dataTopics[lostBehind]}`);
  else if (sum(dead) > 0 || isUnreadable) return { ...none, dead: rest };
  else if (!isRead) return { ...none, inFlight: rest };
  else
    problems.push(
      sum(passed) === 0 ? 'not on events' : `lost behind ${dataTopics[passed.findLastIndex(isThere)]}`,
    );
  return { ...none, missing: rest };
}

/** The block became a dead letter behind the last topic that is still whole, and its rows are in no score file. */
function isDeadBehind({ last, dead, redriven, scores }: BlockFacts, late: LateCounts): boolean {
  const behind = (counts: readonly number[]) => sum(counts.slice(last + 1));
  return behind(dead) > behind(redriven) && scores.count <= late.scored;
}

function isThere(count: number): boolean {
  return count > 0;
}

/** Whether the stage that reads a topic has passed messages of the block that are not on the next one. */
function isLostBehind({ passed, waiting, dead, redriven, isCut, last }: BlockFacts, topic: number): boolean {
  const next = topic + 1;
  if (topic >= last || isCut[next] === true) return false;
  return passed[topic]! > passed[next]! + waiting[next]! + dead[next]! - redriven[next]!;
}

/**
 * Compares the rows of the score files with those on the last topic, and these with those before.
 * @param expected distinct rows
 * @param explained rows beyond these that are counted as doubled already
 */
function judgeRows(
  { features, scaled, pending, scores, dead, waiting, last }: BlockFacts,
  expected: number,
  explained: number,
  problems: string[],
): {
  readonly scored: number;
  readonly inFlight: number;
  readonly missing: number;
  readonly doubled: number;
} {
  const all = addSums(scaled, pending);
  const tooMany = Math.max(0, all.count - expected - explained);
  const beyond = Math.max(0, scores.count - all.count);
  if (tooMany > 0) problems.push(`${tooMany} rows too many on ${dataTopics[last]}`);
  if (beyond > 0) problems.push(`${beyond} rows too many in the scores`);
  // Equal numbers of different rows: at least one is missing and another one too many.
  const others = [
    last > 2 && dead[3] === 0 && waiting[2] === 0 && differ(features, all)
      ? 'on scaled than on features'
      : '',
    differ(scores, all) ? `in the scores than on ${dataTopics[last]}` : '',
  ].filter((where) => where !== '');
  for (const where of others) problems.push(`other rows ${where}`);
  const swapped = Math.min(others.length, expected);
  const scored = Math.max(0, Math.min(expected, scores.count) - swapped);
  const inFlight = Math.min(expected - scored - swapped, pending.count);
  const lost = expected - scored - swapped - inFlight;
  if (lost > 0) problems.push(`${lost} rows are missing in the scores`);
  return { scored, inFlight, missing: swapped + lost, doubled: tooMany + beyond + others.length };
}

function differ(a: EntrySum, b: EntrySum): boolean {
  return a.count === b.count && !sameSum(a, b);
}
