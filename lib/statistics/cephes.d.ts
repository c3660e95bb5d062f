// The package has types, but not where its "exports" would have TypeScript look.
declare module 'cephes' {
  /** Resolved once the functions may be called. */
  export const compiled: Promise<void>;
  /** Standard normal distribution function, and its inverse. */
  export function ndtr(x: number): number;
  export function ndtri(p: number): number;
  /** Upper tail of Kolmogorov's limiting distribution. */
  export function kolmogorov(x: number): number;
}
