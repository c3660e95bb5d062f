import { invariant, RmmError } from '../../base/error.js';
import { type BranchSpec, leafTypes, type WriterColumn } from './column-types.js';

/**
 * Refuses a list of branches that a tree cannot hold.
 * @throws root_writer_branches
 */
export function checkBranches(branches: readonly BranchSpec[]): void {
  const seen = new Map<string, BranchSpec>();
  const refuse = (branch: BranchSpec, what: string): never => {
    throw new RmmError('root_writer_branches', `branch ${branch.name}: ${what}`, {
      context: { branch: branch.name },
    });
  };
  for (const branch of branches) {
    if (seen.has(branch.name)) refuse(branch, 'there is another branch of this name');
    if (branch.form === 'counted') {
      const counter = seen.get(branch.counter);
      const integer =
        counter?.form === 'flat' && /int/.test(counter.type) && leafTypes[counter.type].bytes <= 4;
      if (!integer)
        refuse(branch, `its counter ${branch.counter} must be a flat integer branch that comes before it`);
    }
    seen.set(branch.name, branch);
  }
  if (branches.length === 0) {
    throw new RmmError('root_writer_branches', 'a tree needs at least one branch; none was given');
  }
}

/**
 * Refuses entries in which a counter and the branch that it counts disagree. `entry` is the number in the file of
 * the entry `first` of the columns.
 * @throws root_writer_count
 */
export function checkCounts(
  path: string,
  branches: readonly BranchSpec[],
  columns: readonly WriterColumn[],
  first: number,
  count: number,
  entry: number,
): void {
  for (const [index, spec] of branches.entries()) {
    if (spec.form !== 'counted') continue;
    const counts = columns[branches.findIndex((branch) => branch.name === spec.counter)]!.values;
    const offsets = columns[index]!.offsets;
    invariant(offsets !== undefined, `branch ${spec.name} needs offsets`);
    for (let at = first; at < first + count; at += 1) {
      const length = offsets[at + 1]! - offsets[at]!;
      if (counts[at] === length) continue;
      throw new RmmError(
        'root_writer_count',
        `${path}: entry ${entry + at - first} has ${counts[at]} in branch ${spec.counter} but ${length} values in ` +
          `branch ${spec.name}; the two must agree`,
        { context: { file: path, branch: spec.name } },
      );
    }
  }
}

/** ROOT keeps a basket's lengths and positions in signed 32 bits. */
const largestBasket = 0x7fffffff - 65536;

/** @throws root_writer_basket */
export function checkBasket(path: string, branch: string, bytes: number): void {
  if (bytes <= largestBasket) return;
  throw new RmmError(
    'root_writer_basket',
    `${path}: a basket of branch ${branch} would take ${bytes} bytes and ROOT allows ${largestBasket}; ` +
      'write fewer entries a cluster',
    { context: { file: path, branch } },
  );
}
