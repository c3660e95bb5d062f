const query = matchMedia('(prefers-color-scheme: dark)');

export function themeName(): 'dark' | 'light' {
  return query.matches ? 'dark' : 'light';
}

/** The value that a custom property of the style has now. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function onTheme(change: () => void): void {
  query.addEventListener('change', change);
}
