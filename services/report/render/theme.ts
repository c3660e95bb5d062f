/** Values of the custom properties by which everything in a report is coloured. */
export type Theme = Readonly<Record<string, string>>;

/**
 * Colours that are told apart with every common kind of colour blindness: CARTO's "Safe" for processes, Okabe and Ito's
 * for signals, darkened until thin lines of them stand out on white.
 */
export const light: Theme = {
  ink: '#1b1f24',
  soft: '#56606b',
  faint: '#8d96a0',
  line: '#d5dae0',
  paper: '#ffffff',
  raised: '#f5f7f9',
  data: '#1b1f24',
  accent: '#0b5cad',
  good: '#00695c',
  notice: '#7a5200',
  bad: '#b3261e',
  ...numbered('c', [
    '#88ccee',
    '#cc6677',
    '#ddcc77',
    '#117733',
    '#332288',
    '#aa4499',
    '#44aa99',
    '#999933',
    '#882255',
    '#661100',
    '#6699cc',
    '#888888',
  ]),
  ...numbered('signal', ['#d55e00', '#0072b2', '#007a59', '#b8447f', '#8a5f00', '#5b4b9e']),
};

/** The same roles on a dark page: what is too dark there is lighter, in the order that it has on paper. */
export const dark: Theme = {
  ink: '#e6e9ed',
  soft: '#a9b2bc',
  faint: '#77818c',
  line: '#343b43',
  paper: '#14171b',
  raised: '#1d2126',
  data: '#e6e9ed',
  accent: '#7ab8ff',
  good: '#4fd1b5',
  notice: '#f0c060',
  bad: '#ff8a80',
  ...numbered('c', [
    '#88ccee',
    '#cc6677',
    '#ddcc77',
    '#2e9e55',
    '#7a70e0',
    '#c46fc0',
    '#44aa99',
    '#b0b040',
    '#c2577f',
    '#a8552f',
    '#6699cc',
    '#9a9a9a',
  ]),
  ...numbered('signal', ['#ff9450', '#5db7f0', '#3fd3a6', '#f08fc0', '#f5c04a', '#b3a5ff']),
};

function numbered(name: string, colours: readonly string[]): Theme {
  return Object.fromEntries(colours.map((colour, index) => [`${name}${index + 1}`, colour]));
}

/** A theme as CSS declarations. */
export function declarations(theme: Theme): string {
  return Object.entries(theme)
    .map(([name, value]) => `--${name}:${value}`)
    .join(';');
}

/** `text` with every `var(--NAME)` that the theme has as its value. */
export function resolveProperties(text: string, theme: Theme): string {
  return text.replaceAll(
    /var\(\s*--([\w-]+)\s*(?:,[^()]*)?\)/g,
    (whole, name: string) => theme[name] ?? whole,
  );
}
