/** What is known of one top event beside its row; pictures have addresses of their own. */
export interface EventDetail {
  readonly id: string;
  /** Why there is no display or no matrix; empty where there is. */
  readonly noDisplay: string;
  readonly noMatrix: string;
  readonly objects: readonly {
    readonly type: string;
    readonly pt: number;
    readonly eta: number;
    readonly phi: number;
  }[];
  readonly met: { readonly pt: number; readonly phi: number } | undefined;
  /** Cells of the matrix above 0, largest first: name and value in words. */
  readonly cells: readonly { readonly name: string; readonly meaning: string; readonly value: string }[];
}
