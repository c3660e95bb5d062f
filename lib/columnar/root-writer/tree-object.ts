import { invariant } from '../../base/error.js';
import { ByteWriter } from './byte-writer.js';
import { type BranchSpec, leafTypes } from './column-types.js';
import { vectorClasses } from './streamer-info.js';

/** What the tree's own record says of a branch. Arrays are parallel: one item a basket. */
export interface BranchFacts {
  readonly spec: BranchSpec;
  readonly basketBytes: readonly number[];
  readonly basketFirstEntry: readonly number[];
  readonly basketSeek: readonly number[];
  readonly totalBytes: number;
  readonly storedBytes: number;
  /** Where this branch counts others: the largest count. */
  readonly countMaximum?: number | undefined;
}

export interface TreeFacts {
  readonly name: string;
  readonly title: string;
  readonly entries: number;
  /** Entries from one flush of all branches to the next. */
  readonly clusterEntries: number;
  readonly compression: number;
  /** Size of a basket in memory that readers may expect. */
  readonly basketBytes: number;
  readonly branches: readonly BranchFacts[];
}

const newClassTag = 0xffffffff;
const classMask = 0x80000000;
/** ROOT counts references from 2, so that none is 0 (kMapOffset). */
const mapOffset = 2;
/** fBits as ROOT 6.40 writes them for each kind of branch and for a tree. */
const flatBranchBits = 0x00400000;
const vectorBranchBits = 0x00500000;
const treeBits = 0x00000008;

/**
 * The serialised TTree (class version 20) with its branches (TBranch 13, TBranchElement 10) and leaves. Objects
 * refer to earlier ones and to class names by their position counted from the start of the record, key included:
 * hence `keyBytes`.
 */
export function treeObject(tree: TreeFacts, keyBytes: number): Buffer {
  return new TreeSerializer(tree, keyBytes).run();
}

class TreeSerializer {
  private readonly out = new ByteWriter();
  private readonly classes = new Map<string, number>();
  private readonly leaves = new Map<string, number>();

  constructor(
    private readonly tree: TreeFacts,
    private readonly keyBytes: number,
  ) {}

  run(): Buffer {
    return this.out.versioned(20, () => this.treeMembers()).done();
  }

  private treeMembers(): void {
    const { out, tree } = this;
    this.named(tree.name, tree.title, treeBits);
    out.versioned(2, () => out.u16(602).u16(1).u16(1)); // TAttLine: ROOT's default colour, style, width
    this.fillAttributes();
    out.versioned(3, () => out.u16(1).u16(1).f32(1)); // TAttMarker
    let totalBytes = 0;
    let storedBytes = 0;
    for (const branch of tree.branches) {
      totalBytes += branch.totalBytes;
      storedBytes += branch.storedBytes;
    }
    // fEntries, fTotBytes, fZipBytes, fSavedBytes, fFlushedBytes
    out.i64(tree.entries).i64(totalBytes).i64(storedBytes).i64(0).i64(storedBytes);
    // fWeight, fTimerInterval, fScanField, fUpdate, fDefaultEntryOffsetLen, fNClusterRange
    out.f64(1).i32(0).i32(25).i32(0).i32(1000).i32(0);
    // fMaxEntries, fMaxEntryLoop, fMaxVirtualSize, fAutoSave, fAutoFlush, fEstimate
    out.i64(1e12).i64(1e12).i64(0).i64(-300_000_000).i64(tree.clusterEntries).i64(1_000_000);
    out.u8(0).u8(0); // fClusterRangeEnd, fClusterSize: no arrays
    this.ioFeatures();
    this.objects(tree.branches, (branch) => this.branch(branch));
    this.objects(tree.branches, ({ spec }) => out.i32(this.leaf(spec.name)));
    out.zeros(28); // fAliases, fIndexValues, fIndex, fTreeIndex, fFriends, fUserInfo, fBranchRef: none
  }

  private branch(branch: BranchFacts): void {
    const { out } = this;
    const { spec } = branch;
    if (spec.form !== 'vector') {
      this.any('TBranch', () => this.branchMembers(branch));
      return;
    }
    const { className, checkSum } = vectorClasses[spec.type];
    this.any('TBranchElement', () =>
      out.versioned(10, () => {
        this.branchMembers(branch);
        out.string(className).string('').string('').i32(checkSum);
        // fClassVersion, fID, fType, fStreamerType, fMaximum, fBranchCount, fBranchCount2
        out.u16(6).i32(-1).i32(0).i32(-1).i32(0).i32(0).i32(0);
      }),
    );
  }

  private branchMembers(branch: BranchFacts): void {
    const { out, tree } = this;
    const { spec } = branch;
    const vector = spec.form === 'vector';
    const baskets = branch.basketSeek.length;
    // ROOT never allocates fewer than ten, and reads one entry number beyond the last basket.
    const slots = Math.max(10, baskets + 1);
    out.versioned(13, () => {
      this.named(spec.name, branchTitle(spec), vector ? vectorBranchBits : flatBranchBits);
      this.fillAttributes();
      out
        .i32(tree.compression)
        .i32(tree.basketBytes)
        .i32(spec.form === 'vector' || spec.form === 'counted' ? 1000 : 0);
      out.i32(baskets).i64(tree.entries);
      this.ioFeatures();
      // fOffset, fMaxBaskets, fSplitLevel, fEntries, fFirstEntry, fTotBytes, fZipBytes
      out
        .i32(0)
        .i32(slots)
        .i32(vector ? 99 : 0)
        .i64(tree.entries)
        .i64(0);
      out.i64(branch.totalBytes).i64(branch.storedBytes);
      this.objects([], () => undefined); // fBranches
      this.objects([branch], () => this.leafObject(branch));
      this.objects([], () => undefined); // fBaskets: none in memory
      out.u8(1);
      for (let basket = 0; basket < slots; basket += 1) out.i32(branch.basketBytes[basket] ?? 0);
      out.u8(1);
      for (let basket = 0; basket < slots; basket += 1) {
        out.i64(branch.basketFirstEntry[basket] ?? (basket === baskets ? tree.entries : 0));
      }
      out.u8(1);
      for (let basket = 0; basket < slots; basket += 1) out.i64(branch.basketSeek[basket] ?? 0);
      out.string(''); // fFileName: the baskets are in this file
    });
  }

  private leafObject(branch: BranchFacts): void {
    const { out } = this;
    const { spec } = branch;
    const { leafClass, bytes } = leafTypes[spec.type];
    if (spec.form === 'vector') {
      const at = this.any('TLeafElement', () =>
        out.versioned(1, () => {
          this.leafMembers(branch, 0, false);
          out.i32(-1).i32(-1); // fID, fType
        }),
      );
      this.leaves.set(spec.name, at);
      return;
    }
    const at = this.any(leafClass, () =>
      out.versioned(1, () => {
        this.leafMembers(branch, bytes, leafTypes[spec.type].unsigned);
        // fMinimum, fMaximum: ROOT sizes its buffers by the maximum of a leaf that counts.
        out.zeros(bytes);
        const maximum = branch.countMaximum ?? 0;
        if (bytes === 8 && leafClass === 'TLeafL') out.i64(maximum);
        else if (bytes === 4 && leafClass === 'TLeafI') out.i32(maximum);
        else if (bytes === 2) out.u16(maximum);
        else if (bytes === 1) out.u8(maximum);
        else out.zeros(bytes);
      }),
    );
    this.leaves.set(spec.name, at);
  }

  private leafMembers(branch: BranchFacts, bytes: number, unsigned: boolean): void {
    const { out } = this;
    const { spec } = branch;
    out.versioned(2, () => {
      this.named(spec.name, leafTitle(spec), 0);
      // fLen, fLenType, fOffset, fIsRange, fIsUnsigned, fLeafCount
      out
        .i32(spec.form === 'fixed' ? spec.length : 1)
        .i32(bytes)
        .i32(0);
      out.u8(branch.countMaximum === undefined ? 0 : 1).u8(unsigned ? 1 : 0);
      out.i32(spec.form === 'counted' ? this.leaf(spec.counter) : 0);
    });
  }

  /** Where the leaf of an earlier branch stands. */
  private leaf(branch: string): number {
    const at = this.leaves.get(branch);
    invariant(at !== undefined, `branch ${branch} must be written before the branches that it counts`);
    return at;
  }

  /** An object behind a pointer: its class by name the first time, by position afterwards. Returns its position. */
  private any(className: string, body: () => void): number {
    const { out } = this;
    const at = this.position();
    out.counted(() => {
      const known = this.classes.get(className);
      if (known !== undefined) out.i32(classMask | known);
      else {
        this.classes.set(className, this.position());
        out.i32(newClassTag).cString(className);
      }
      body();
    });
    return at;
  }

  private position(): number {
    return this.keyBytes + this.out.length + mapOffset;
  }

  /** TObjArray, version 3, without a name. */
  private objects<Item>(items: readonly Item[], write: (item: Item) => void): void {
    const { out } = this;
    out.versioned(3, () => {
      this.object(0);
      out.string('').i32(items.length).i32(0);
      for (const item of items) write(item);
    });
  }

  private named(name: string, title: string, bits: number): void {
    const { out } = this;
    out.versioned(1, () => {
      this.object(bits);
      out.string(name).string(title);
    });
  }

  private object(bits: number): void {
    this.out.u16(1).i32(0).i32(bits);
  }

  private fillAttributes(): void {
    const { out } = this;
    out.versioned(2, () => out.u16(0).u16(1001)); // TAttFill: ROOT's default
  }

  /** ROOT::TIOFeatures, an unversioned class: its checksum stands for the version; no feature is in use. */
  private ioFeatures(): void {
    const { out } = this;
    out.versioned(0, () => out.i32(0x1aa12f10).u8(0));
  }
}

function leafTitle(spec: BranchSpec): string {
  if (spec.form === 'counted') return `${spec.name}[${spec.counter}]`;
  return spec.form === 'fixed' ? `${spec.name}[${spec.length}]` : spec.name;
}

function branchTitle(spec: BranchSpec): string {
  return spec.form === 'vector' ? spec.name : `${leafTitle(spec)}/${leafTypes[spec.type].letter}`;
}
