import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Located, LocatedEntry, Source } from './located.js';
import { emptyMap } from './located.js';
import type { Problem } from './problem.js';

/** More parts than this in one file is not a configuration; also the end of any alias that unfolds without end. */
const maxParts = 200_000;
const maxDepth = 64;
/** After so many syntax errors the rest says nothing new. */
const maxSyntaxProblems = 20;

export interface ReadYaml {
  readonly root: Located;
  readonly problems: readonly Problem[];
}

class TooLarge extends Error {}

/**
 * Reads YAML 1.2 (core schema) into plain data with the place of every part. Syntax errors, repeated keys,
 * several documents and unknown tags are problems; an empty file is an empty map.
 */
export function readYaml(content: string, at: (line: number, column: number) => Source): ReadYaml {
  if (nestsTooDeep(content)) {
    const message = `the file nests deeper than ${maxDepth} levels`;
    return { root: emptyMap, problems: [{ code: 'config_syntax', path: '', source: at(1, 1), message }] };
  }
  const lines = new LineCounter();
  const document = parseDocument(content, {
    lineCounter: lines,
    version: '1.2',
    uniqueKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  const sourceAt = (offset: number): Source => {
    const position = lines.linePos(offset);
    return at(Math.max(1, position.line), Math.max(1, position.col));
  };
  const problems: Problem[] = [];
  const add = (offset: number, message: string) =>
    problems.push({ code: 'config_syntax', path: '', source: sourceAt(offset), message });
  for (const found of [...document.errors, ...document.warnings].slice(0, maxSyntaxProblems)) {
    const several = found.code === 'MULTIPLE_DOCS';
    add(found.pos[0], several ? 'found a second document (---), expected one' : firstLine(found.message));
  }
  if (problems.length > 0) return { root: emptyMap, problems };

  let parts = 0;
  const locate = (node: Node | null, fallback: number, depth: number): Located => {
    parts += 1;
    if (parts > maxParts || depth > maxDepth) throw new TooLarge();
    const offset = node?.range?.[0] ?? fallback;
    const source = sourceAt(offset);
    if (node === null) return { kind: 'scalar', source, value: null };
    if (isAlias(node)) return locate(node.resolve(document) ?? null, offset, depth + 1);
    if (isSeq(node)) {
      const items = node.items.map((item) => locate(item as Node | null, offset, depth + 1));
      return { kind: 'list', source, items };
    }
    if (isMap(node)) {
      const entries = new Map<string, LocatedEntry>();
      for (const pair of node.items) {
        const key = pair.key as Node | null;
        const keyOffset = key?.range?.[0] ?? offset;
        if (!isScalar(key)) {
          add(keyOffset, 'a key must be a plain word, not a list or a map');
          continue;
        }
        if (entries.has(String(key.value))) {
          add(keyOffset, `the key ${JSON.stringify(String(key.value))} stands here twice`);
          continue;
        }
        const value = locate(pair.value as Node | null, keyOffset, depth + 1);
        entries.set(String(key.value), { keySource: sourceAt(keyOffset), value });
      }
      return { kind: 'map', source, entries };
    }
    return { kind: 'scalar', source, value: scalarValue(isScalar(node) ? node.value : null) };
  };
  try {
    const contents = document.contents as Node | null;
    const root = contents === null ? emptyMap : locate(contents, 0, 0);
    return { root, problems };
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    add(0, `the file unfolds to more than ${maxParts} parts or nests deeper than ${maxDepth} levels`);
    return { root: emptyMap, problems };
  }
}

/**
 * Whether brackets or dashes nest beyond any sense. The parser is recursive and takes half a minute for a
 * megabyte of `[`, so this is found out before. Brackets in texts count too: there they come in pairs.
 */
function nestsTooDeep(content: string): boolean {
  let depth = 0;
  for (let index = 0; index < content.length; index += 1) {
    const code = content.charCodeAt(index);
    if (code === 0x5b || code === 0x7b) depth += 1;
    else if ((code === 0x5d || code === 0x7d) && depth > 0) depth -= 1;
    if (depth > maxDepth) return true;
  }
  return /(?:[-?:][ \t]+){65}/.test(content) || /^[ ]{2000}/m.test(content);
}

function scalarValue(value: unknown): string | number | boolean | null {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  return value === null || value === undefined ? null : String(value);
}

function firstLine(message: string): string {
  const [line = message] = message.split('\n');
  return line.replace(/ at line \d+, column \d+:?$/, '');
}
