import type { Section, VerdictBlock } from '../section.js';
import { escaped } from './escape.js';
import type { ReportFacts } from './facts.js';
import type { FileNames } from './file-names.js';
import { blocksHtml, levelWords, verdictHtml } from './html-blocks.js';
import { pageStyle } from './page-style.js';
import { allVerdicts, type Finding } from './verdicts.js';

/**
 * report.html: one file that needs nothing but itself. It has no script, and its policy allows none; nothing is
 * loaded from anywhere.
 */
export function reportPage(sections: readonly Section[], facts: ReportFacts, names: FileNames): string {
  const title = escaped(facts.title);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="${escaped(facts.program)}">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>
${pageStyle}
</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<div class="page">
<header>
<h1>${title}</h1>
<p>${escaped(facts.summary)}</p>
<p>${escaped(facts.provenance)}</p>
</header>
<div class="columns">
${contents(sections)}
<main id="content" tabindex="-1">
${findings(allVerdicts(sections))}
${sections.map((section) => sectionHtml(section, names)).join('\n')}
</main>
</div>
<footer>Made by ${escaped(facts.program)}. All numbers are in report.json, tables in tables/, figures in figures/.</footer>
</div>
</body>
</html>
`;
}

function contents(sections: readonly Section[]): string {
  if (sections.length === 0) return '';
  const items = sections.map(({ id, title, blocks }) => {
    const counts = (['bad', 'notice'] as const).map((level) => {
      const count = blocks.filter((block) => block.kind === 'verdict' && block.level === level).length;
      return count === 0
        ? ''
        : `<span class="count ${level}">${count} ${levelWords[level].toLowerCase()}</span>`;
    });
    return `<li><a href="#${escaped(id)}">${escaped(title)}${counts.join('')}</a></li>`;
  });
  return `<nav aria-labelledby="contents"><h2 id="contents">Contents</h2><ol>${items.join('')}</ol></nav>`;
}

/** What a reader should know first: every finding, the good ones folded where there are many. */
function findings(found: readonly Finding[]): string {
  if (found.length === 0) return '';
  const few = 6;
  const good = found.filter(({ verdict }) => verdict.level === 'good');
  const open = good.length > few ? found.filter(({ verdict }) => verdict.level !== 'good') : found;
  const folded =
    good.length > few
      ? `<details><summary>${good.length} good ones</summary>${findingList(good)}</details>`
      : '';
  return `<section id="findings" aria-labelledby="findings-title"><h2 id="findings-title">Findings</h2>${findingList(open)}${folded}</section>`;
}

function findingList(found: readonly Finding[]): string {
  if (found.length === 0) return '';
  const items = found.map(
    ({ verdict, section }) =>
      `<li class="${verdict.level}">${verdictHtml(verdict satisfies VerdictBlock)} <a href="#${escaped(section.id)}" aria-label="to the section ${escaped(section.title)}">${escaped(section.title)}</a></li>`,
  );
  return `<ul class="findings" role="list">${items.join('')}</ul>`;
}

function sectionHtml({ id, title, blocks }: Section, names: FileNames): string {
  const anchor = escaped(id);
  return `<section id="${anchor}" aria-labelledby="${anchor}-title">
<h2 id="${anchor}-title">${escaped(title)}</h2>
${blocksHtml(blocks, names)}
</section>`;
}
