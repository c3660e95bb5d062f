import { existsSync, readFileSync } from 'node:fs';

/** What a JSON file holds; undefined where it is missing or not whole, for what can be made again. */
export function readJson<Content>(path: string): Content | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Content;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
