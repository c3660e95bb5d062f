import { isCopied } from '../../amplify/load/copied-file.js';
import type { FinishedRun } from '../open-runs.js';
import type { VerdictBlock } from '../section.js';

/** How many names a sentence takes. */
const mostNamed = 3;

/** Says of a run over amplified copies that its figures are none of physics (decisions.md 25). */
export function loadVerdicts({
  record,
  shown,
}: {
  readonly record: { readonly inputs: readonly Pick<FinishedRun['record']['inputs'][number], 'file'>[] };
  readonly shown: string;
}): VerdictBlock[] {
  const names = record.inputs.flatMap(({ file }) => (isCopied(file) ? [`\`${file}\``] : []));
  if (names.length === 0) return [];
  const rest = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : '';
  return [
    {
      kind: 'verdict',
      level: 'bad',
      text: `${shown} is a load, not physics: ${names.slice(0, mostNamed).join(', ')}${rest} are copies made by \`amplify\`. No AUC, efficiency, limit or loss of this report means anything.`,
    },
  ];
}
