/**
 * What a .dockerignore keeps away from the builder. The last line that matches a path, or a folder above it,
 * decides; a line with ! takes it in again.
 */
export function dockerignore(text: string): (path: string) => boolean {
  const rules = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const takesIn = line.startsWith('!');
      return { takesIn, pattern: expression(takesIn ? line.slice(1) : line) };
    });
  return (path) => {
    let ignored = false;
    for (const { takesIn, pattern } of rules) if (pattern.test(path)) ignored = !takesIn;
    return ignored;
  };
}

function expression(line: string): RegExp {
  const body = line
    .replace(/^\/|\/$/g, '')
    .split('/')
    .map((part) =>
      part === '**'
        ? '**'
        : part
            .replace(/[.+^${}()|[\]\\]/g, '\\$&')
            .replace(/\*/g, '[^/]*')
            .replace(/\?/g, '[^/]'),
    )
    .join('/')
    .replaceAll('**/', '(?:.*/)?')
    .replaceAll('**', '.*');
  return new RegExp(`^${body}(?:/.*)?$`);
}
