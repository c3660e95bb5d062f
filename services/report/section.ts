import type { Measured } from '../../lib/statistics/measured.js';

/**
 * What a section says, free of how it looks: the page, report.md, the tables and figures as files are made from it.
 * Makers of sections do no layout, and the page knows no physics.
 */
export interface Section {
  /** Anchor in the page and key in report.json: lower case with hyphens. */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
  /** What report.json holds of it: every number of the section, plain JSON without NaN. */
  readonly data: unknown;
}

export type Block = TextBlock | VerdictBlock | ListingBlock | TableBlock | FigureBlock | FileBlock;

/** Paragraphs of plain text; words between backquotes are code. */
export interface TextBlock {
  readonly kind: 'text';
  readonly text: string;
}

/** A finding, with its weight by colour and word. */
export interface VerdictBlock {
  readonly kind: 'verdict';
  readonly level: 'good' | 'notice' | 'bad';
  readonly text: string;
}

/** Lines as they are, folded away in the page. */
export interface ListingBlock {
  readonly kind: 'listing';
  readonly title: string;
  readonly text: string;
}

export interface Column {
  readonly label: string;
  readonly unit?: string;
  /** Significant digits of numbers; 4 unless told. */
  readonly digits?: number;
}

/** A number with its error, one that is not defined (its reason is shown), a plain number or a text. */
export type Cell = string | number | Measured | { readonly value: number; readonly error: number };

/** Also written as tables/ID.csv. */
export interface TableBlock {
  readonly kind: 'table';
  readonly id: string;
  readonly caption: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly Cell[])[];
  /** Rows beyond so many are folded away in the page, never in the CSV. */
  readonly shown?: number;
}

/** Also written as figures/ID.svg and ID.png. */
export interface FigureBlock {
  readonly kind: 'figure';
  readonly id: string;
  readonly caption: string;
  /** What the figure shows, in words, for those who cannot see it. */
  readonly alt: string;
  /** An <svg> element of its own, with width, height and viewBox; colours as CSS custom properties of theme.ts. */
  readonly svg: string;
  /** Histograms that are drawn, in the UHI form: also written as histograms/ID.json. */
  readonly histograms?: Readonly<Record<string, unknown>>;
  /** Small figures stand side by side. */
  readonly size?: 'full' | 'half' | 'third';
}

/** A file of its own in the report's folder, which the page links to. */
export interface FileBlock {
  readonly kind: 'file';
  /** Below the report's folder, with slashes: workspaces/SIGNAL.json. */
  readonly path: string;
  readonly content: string;
  readonly caption: string;
}
