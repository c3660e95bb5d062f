import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { AtomicFolder } from '../../../lib/base/atomic-folder.js';
import { RmmError } from '../../../lib/base/error.js';
import type { Config } from '../../../lib/config/index.js';
import type { FigureBlock, FileBlock, Section, TableBlock } from '../section.js';
import { tableCsv } from './csv.js';
import type { ReportFacts } from './facts.js';
import { figurePng, isDrawn, standaloneSvg } from './figure-files.js';
import { fileNames } from './file-names.js';
import { reportMarkdown } from './markdown-page.js';
import { reportPage } from './page.js';

/** Figures that are painted at the same time, in Node's pool of threads. */
const paintedAtOnce = 4;

/**
 * Writes a report into a folder that takes the place of the one before as a whole: killed at any moment, the old one
 * stands.
 * @throws report_folder_foreign, disk_full, io_failed
 */
export async function writeReport(
  path: string,
  sections: readonly Section[],
  facts: ReportFacts,
  settings: Config['report'],
  signal: AbortSignal,
): Promise<void> {
  refuseForeignFolder(path);
  const names = fileNames(sections);
  const blocks = sections.flatMap((section) => section.blocks);
  const folder = new AtomicFolder(path);
  const write = (name: string, text: string) => folder.write(name, Buffer.from(text));
  try {
    write('report.html', reportPage(sections, facts, names));
    write('report.md', reportMarkdown(sections, facts, names));
    write('report.json', reportJson(sections, facts, settings));
    for (const block of blocks.filter((one): one is TableBlock => one.kind === 'table'))
      write(`tables/${names.get(block)!}.csv`, tableCsv(block));
    for (const block of blocks.filter((one): one is FileBlock => one.kind === 'file'))
      write(block.path, block.content);
    const figures = blocks.filter((one): one is FigureBlock => one.kind === 'figure');
    for (const block of figures)
      if (block.histograms !== undefined)
        write(`histograms/${names.get(block)!}.json`, `${JSON.stringify(block.histograms)}\n`);
    const drawn = figures.filter(isDrawn);
    for (let at = 0; at < drawn.length; at += paintedAtOnce) {
      signal.throwIfAborted();
      const painted = drawn.slice(at, at + paintedAtOnce).map(async (block) => {
        const svg = standaloneSvg(block.svg);
        return { name: names.get(block)!, svg, png: await figurePng(svg) };
      });
      for (const { name, svg, png } of await Promise.all(painted)) {
        write(`figures/${name}.svg`, svg);
        folder.write(`figures/${name}.png`, png);
      }
    }
    folder.publish();
  } catch (error) {
    folder.abort();
    throw error;
  }
}

/** report.json: what every section found, by its id; a line each, since indenting doubles lists of numbers. */
export function reportJson(
  sections: readonly Section[],
  facts: ReportFacts,
  settings: Config['report'],
): string {
  const parts = sections.map(
    ({ id, title, data }) => `  ${JSON.stringify(id)}: ${JSON.stringify({ title, data })}`,
  );
  const head = [
    ['program', facts.program],
    ['runs', facts.runs],
    ['settings', settings],
  ].map(([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)},\n`);
  return `{\n${head.join('')} "sections": {\n${parts.join(',\n')}\n }\n}\n`;
}

/**
 * What stands at the path is deleted when the new report takes its place, so it must be a report.
 * @throws report_folder_foreign
 */
export function refuseForeignFolder(path: string): void {
  if (!existsSync(path)) return;
  const isEmptyFolder = statSync(path).isDirectory() && readdirSync(path).length === 0;
  if (isEmptyFolder || isReport(join(path, 'report.json'))) return;
  throw new RmmError(
    'report_folder_foreign',
    `${path} holds something else than a report of rmmstream, and would be replaced as a whole; give a new or empty folder with --output`,
    { context: { path } },
  );
}

function isReport(path: string): boolean {
  try {
    const { program } = JSON.parse(readFileSync(path, 'utf8')) as { program?: unknown };
    return typeof program === 'string' && program.startsWith('rmmstream ');
  } catch {
    return false;
  }
}
