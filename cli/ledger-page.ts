import { formatCount } from '../lib/telemetry/format.js';
import { renderTable } from '../lib/telemetry/table.js';
import type { FileLedger, LedgerTotals } from '../services/ledger/ledger.js';
import type { Ledger } from '../services/ledger/read-ledger.js';

/** Above so many files only those with something wrong are shown. */
const mostFiles = 40;
const mostBlocks = 20;
const mostForeign = 20;

const right = { align: 'right' } as const;

/** What `rmmstream ledger` prints: a table by file, what is wrong, what is nobody's, and one line that says it all. */
export function ledgerText(ledger: Ledger): string {
  const { files, totals, cut } = ledger;
  const shown = files.length <= mostFiles ? files : files.filter(isOpenOrWrong);
  const parts = [
    renderTable(
      [
        { title: 'sample' },
        { title: 'file' },
        ...['entries', 'scored', 'late', 'cut', 'dead letters', 'in flight', 'missing', 'doubled'].map(
          (title) => ({ title, ...right }),
        ),
      ],
      [
        ...shown.slice(0, 10 * mostFiles).map((file) => [file.sample, file.file, ...numbers(file)]),
        ['all', `${formatCount(totals.files)} files`, ...numbers(totals)],
      ],
    ),
    wrongBlocks(files),
    foreignText(ledger),
    cut.length === 0
      ? ''
      : `the beginning of ${cut.join(', ')} is gone (kafka.topics.retention_hours): what was there could not be looked at`,
    closingLine(ledger),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function isOpenOrWrong({ inFlight, missing, doubled }: FileLedger): boolean {
  return inFlight + missing + doubled > 0;
}

function numbers(counts: FileLedger | LedgerTotals): string[] {
  const { entries, scored, late, cut, dead, inFlight, missing, doubled } = counts;
  return [entries, scored, late, cut, dead, inFlight, missing, doubled].map(formatCount);
}

function wrongBlocks(files: readonly FileLedger[]): string {
  const lines: string[] = [];
  let all = 0;
  for (const { file, wrong, wrongBlocks } of files) {
    all += wrongBlocks;
    for (const { first, entries, problems } of wrong)
      if (lines.length < mostBlocks)
        lines.push(`  ${file} entries ${first} to ${first + entries}: ${problems.join('; ')}`);
  }
  if (all === 0) return '';
  const more = all > lines.length ? `\n  and ${formatCount(all - lines.length)} more` : '';
  return `wrong blocks:\n${lines.join('\n')}${more}`;
}

function foreignText({ foreign, scores }: Ledger): string {
  const lines = [
    ...foreign.letters.map(({ id, reason }) => `  ${id}: ${reason}`),
    ...foreign.messages.map(
      ({ topic, partition, offset, what }) => `  ${topic}/${partition}/${offset}, no dead letter: ${what}`,
    ),
  ];
  const more = lines.length > mostForeign ? `\n  and ${formatCount(lines.length - mostForeign)} more` : '';
  return [
    lines.length === 0
      ? ''
      : `foreign messages, nobody's entries:\n${lines.slice(0, mostForeign).join('\n')}${more}`,
    scores.strange === 0
      ? ''
      : `${formatCount(scores.strange)} rows of the score files are of no entry of the run`,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The account in one line. */
export function closingLine({ state, totals }: Pick<Ledger, 'state' | 'totals'>): string {
  const { entries, scored, late, cut, dead, redriven, inFlight, missing, doubled } = totals;
  const sum = [
    `${formatCount(scored)} scored${late > 0 ? ` (${formatCount(late)} late)` : ''}`,
    `${formatCount(cut)} cut`,
    `${formatCount(dead)} dead letters${redriven > 0 ? ` (${formatCount(redriven)} on their way again)` : ''}`,
    ...(inFlight > 0 ? [`${formatCount(inFlight)} in flight`] : []),
    ...(missing > 0 ? [`${formatCount(missing)} MISSING`] : []),
  ].join(' + ');
  const tooMany = doubled > 0 ? `, and ${formatCount(doubled)} DOUBLED` : '';
  const words = {
    closed: 'the ledger closes',
    open: 'the ledger is open',
    wrong: 'the ledger does not close',
  };
  return `${words[state]}: ${formatCount(entries)} entries = ${sum}${state === 'wrong' ? tooMany : ', each once'}`;
}

/** The ledger for programs. */
export function ledgerObject({ state, totals, files, foreign, scores, messages, cut }: Ledger): object {
  return {
    state,
    closes: state === 'closed',
    totals: countsObject(totals),
    files: files.map((file) => ({
      sample: file.sample,
      file: file.file,
      fingerprint: file.fingerprint,
      ...countsObject(file),
      wrong_blocks: file.wrongBlocks,
      wrong: file.wrong,
    })),
    foreign,
    score_files: scores.files,
    score_rows: scores.rows,
    strange_score_rows: scores.strange,
    messages,
    topics_cut: cut,
  };
}

function countsObject(counts: FileLedger | LedgerTotals) {
  const { entries, scored, late, cut, dead, redriven, inFlight, missing, doubled } = counts;
  return {
    entries,
    scored,
    late,
    cut,
    dead_letters: dead,
    redriven,
    in_flight: inFlight,
    missing,
    doubled,
  };
}
