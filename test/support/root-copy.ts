import { type Column, openRootFile } from '../../lib/columnar/root/index.js';
import { RootTreeWriter } from '../../lib/columnar/root-writer/index.js';
import { planLayout } from '../../services/amplify/layout.js';

export interface CopyOptions {
  readonly from: string;
  readonly to: string;
  /** Entries to take, from the first on; all by default. */
  readonly entries?: number;
  /** How often the entries stand in the copy, one after the other; 1 by default. */
  readonly times?: number;
  readonly tree?: string;
  /** Leaves out the branches for which it answers false. */
  readonly keep?: (branch: string) => boolean;
  /** The name that a branch has in the copy. */
  readonly rename?: (branch: string) => string;
  /** Changes the values of a branch in place. */
  readonly change?: (branch: string, column: Column) => void;
  /** A byte that tells two copies of one file apart, as ROOT's UUID does. */
  readonly identity?: number;
}

/** Writes a ROOT file anew with our own writer, with some branches left out or values changed. */
export async function copyRootFile(options: CopyOptions): Promise<void> {
  const file = await openRootFile(options.from);
  try {
    const tree = file.trees[0]!;
    const names = { event: 'eventNumber', weight: 'mcWeight', sumWeights: 'SumWeights' };
    const readable = tree.branches.filter(({ type }) => type !== null);
    const { branches } = planLayout(readable, names, tree.entries);
    const kept = branches.filter(({ source }) => options.keep?.(source) ?? true);
    const reader = file.columns(
      tree.name,
      kept.map(({ source }) => source),
    );
    const entries = Math.min(options.entries ?? tree.entries, tree.entries);
    const columns = reader.read(0, entries);
    kept.forEach(({ source }, index) => {
      options.change?.(source, columns[index]!);
    });
    const writer = new RootTreeWriter({
      path: options.to,
      tree: options.tree ?? tree.name,
      branches: kept.map(({ spec }) => ({ ...spec, name: options.rename?.(spec.name) ?? spec.name })),
      uuid: new Uint8Array(16).fill(options.identity ?? 1),
      date: new Date('2026-01-02T03:04:05Z'),
    });
    if (entries > 0) {
      const written = columns.map((column) =>
        column.kind === 'jagged'
          ? { values: column.values, offsets: column.offsets }
          : { values: column.values },
      );
      for (let time = 0; time < (options.times ?? 1); time += 1) await writer.append(written, 0, entries);
    }
    await writer.close();
  } finally {
    file.close();
  }
}
