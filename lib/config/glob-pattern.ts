/**
 * Patterns for file names: `*` (any run without /), `?` (one character), `[abc]`, `[a-z]`, `[!a]`,
 * `{one,two}`, and `**` as a whole path part (any number of folders). A leading dot is matched only by a
 * dot in the pattern. `\` takes the next character literally.
 */
export type PathPart =
  | { readonly kind: 'literal'; readonly name: string }
  | { readonly kind: 'pattern'; readonly regex: RegExp; readonly dot: boolean }
  | { readonly kind: 'any-depth' };

/** Alternatives that a pattern's braces may unfold to. */
const maxAlternatives = 1024;

export function hasMagic(pattern: string): boolean {
  return /[*?[\]{}]/.test(pattern);
}

/** `a{b,c{d,e}}` -> ab, acd, ace. A brace without a comma or without its partner stays as it is. */
export function expandBraces(pattern: string): string[] {
  const open = findBrace(pattern);
  if (open === undefined) return [pattern];
  const head = pattern.slice(0, open.start);
  const results: string[] = [];
  for (const choice of open.choices) {
    for (const rest of expandBraces(choice + pattern.slice(open.end + 1))) {
      results.push(head + rest);
      if (results.length > maxAlternatives) throw new RangeError('too many alternatives');
    }
  }
  return results;
}

function findBrace(pattern: string): { start: number; end: number; choices: string[] } | undefined {
  for (let start = 0; start < pattern.length; start += 1) {
    if (pattern[start] === '\\') start += 1;
    else if (pattern[start] === '{') {
      const found = closeBrace(pattern, start);
      if (found !== undefined) return { start, ...found };
    }
  }
  return undefined;
}

function closeBrace(pattern: string, start: number): { end: number; choices: string[] } | undefined {
  const choices: string[] = [];
  let depth = 0;
  let from = start + 1;
  for (let index = start + 1; index < pattern.length; index += 1) {
    const character = pattern[index];
    if (character === '\\') index += 1;
    else if (character === '{') depth += 1;
    else if (character === ',' && depth === 0) {
      choices.push(pattern.slice(from, index));
      from = index + 1;
    } else if (character === '}') {
      if (depth > 0) depth -= 1;
      else {
        choices.push(pattern.slice(from, index));
        return choices.length > 1 ? { end: index, choices } : undefined;
      }
    }
  }
  return undefined;
}

/**
 * Whether a name that is no path matches a pattern.
 * @throws RangeError when braces unfold to more than 1,024 patterns
 */
export function nameMatcher(pattern: string): (name: string) => boolean {
  const expressions = expandBraces(pattern).map(compilePart);
  return (name) => expressions.some((expression) => expression.test(name));
}

/**
 * Whether a path could have been found by a pattern: as `glob` finds files, without looking at any. The time grows with
 * the length of the path times that of the pattern.
 * @throws RangeError when braces unfold to more than 1,024 patterns
 */
export function pathMatcher(pattern: string): (path: string) => boolean {
  const alternatives = expandBraces(pattern).map(compileParts);
  return (path) => {
    const names = pathNames(path);
    return alternatives.some((parts) => matchesParts(parts, names));
  };
}

/** Longest name of a file on the file systems that there are; a longer one would only make matching slow. */
const longestName = 255;

/** Follows all parts at once at which the names so far can have arrived. */
function matchesParts(parts: readonly PathPart[], names: readonly string[]): boolean {
  let at = new Set([0]);
  for (const name of names) {
    if (name.length > longestName) return false;
    const next = new Set<number>();
    for (const index of withDepths(parts, at)) {
      const part = parts[index];
      if (part === undefined) continue;
      // The empty name of the root is given by itself only.
      const hidden = name === '' || name.startsWith('.');
      if (part.kind === 'literal' && part.name === name) next.add(index + 1);
      else if (part.kind === 'pattern' && (part.dot || !hidden) && part.regex.test(name)) next.add(index + 1);
      else if (part.kind === 'any-depth' && !hidden) {
        next.add(index);
        // At the end it stands for files too.
        if (index === parts.length - 1) next.add(parts.length);
      }
    }
    at = next;
  }
  return at.has(parts.length);
}

/** `**` may stand for no folder, where something follows. */
function withDepths(parts: readonly PathPart[], at: ReadonlySet<number>): ReadonlySet<number> {
  const all = new Set(at);
  for (const index of all)
    if (parts[index]?.kind === 'any-depth' && index < parts.length - 1) all.add(index + 1);
  return all;
}

/** Two slashes in a row are one; an absolute path begins with an empty name. */
function pathNames(path: string): string[] {
  return path.split('/').filter((name, index) => name !== '' || index === 0);
}

/** The parts between slashes of a pattern without braces. */
export function compileParts(pattern: string): PathPart[] {
  return (
    pathNames(pattern)
      // `**` twice in a row means the same as once and would be walked many times over.
      .filter((part, index, all) => !(part === '**' && all[index - 1] === '**'))
      .map((part): PathPart => {
        if (part === '**') return { kind: 'any-depth' };
        if (!/[*?[\\]/.test(part)) return { kind: 'literal', name: part };
        return { kind: 'pattern', regex: compilePart(part), dot: part.startsWith('.') };
      })
  );
}

function compilePart(part: string): RegExp {
  let source = '';
  for (let index = 0; index < part.length; index += 1) {
    const character = part[index]!;
    if (character === '*') {
      // A run of stars is one star: two in a row would only make matching slow.
      if (part[index - 1] !== '*' || part[index - 2] === '\\') source += '[^/]*';
    } else if (character === '?') source += '[^/]';
    else if (character === '\\' && index + 1 < part.length) {
      index += 1;
      source += escapeRegex(part[index]!);
    } else if (character === '[') {
      const end = part.indexOf(']', index + 2);
      if (end < 0) source += '\\[';
      else {
        const inner = part.slice(index + 1, end);
        const negated = inner.startsWith('!') || inner.startsWith('^');
        const set = (negated ? inner.slice(1) : inner).replace(/[\\\]^[&|~]/g, '\\$&');
        source += `[${negated ? '^/' : ''}${set}]`;
        index = end;
      }
    } else source += escapeRegex(character);
  }
  try {
    return new RegExp(`^${source}$`, 's');
  } catch {
    // A range such as [z-a] matches nothing rather than failing.
    return /(?!)/;
  }
}

function escapeRegex(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
