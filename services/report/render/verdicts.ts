import type { Section, VerdictBlock } from '../section.js';

export interface Finding {
  readonly verdict: VerdictBlock;
  readonly section: Pick<Section, 'id' | 'title'>;
}

const order = { bad: 0, notice: 1, good: 2 } as const;

/** The verdicts of all sections, the worst first. */
export function allVerdicts(sections: readonly Section[]): Finding[] {
  return sections
    .flatMap((section) =>
      section.blocks.flatMap((block) => (block.kind === 'verdict' ? [{ verdict: block, section }] : [])),
    )
    .sort((a, b) => order[a.verdict.level] - order[b.verdict.level]);
}
