import { formatCount } from '../lib/telemetry/format.js';
import { allVerdicts } from '../services/report/render/verdicts.js';
import type { Report } from '../services/report/report.js';

/** Findings of one level that are listed; the page has all. */
const mostListed = 12;

/** What `rmmstream report` prints at its end: findings that need a look, and where the page is. */
export function reportText({ sections }: Pick<Report, 'sections'>, page: string): string {
  const found = allVerdicts(sections);
  const lines = (['bad', 'notice'] as const).flatMap((level) => {
    const own = found.filter(({ verdict }) => verdict.level === level);
    const more = own.length - mostListed;
    return [
      ...own
        .slice(0, mostListed)
        .map(({ verdict, section }) => `${level.padEnd(6)}  ${section.title}: ${verdict.text}`),
      ...(more > 0 ? [`${level.padEnd(6)}  and ${formatCount(more)} more`] : []),
    ];
  });
  const good = found.filter(({ verdict }) => verdict.level === 'good').length;
  if (good > 0)
    lines.push(`good    ${formatCount(good)} ${good === 1 ? 'finding' : 'findings'} without a fault`);
  const place = `report       ${page}`;
  return lines.length === 0 ? place : `${lines.join('\n')}\n\n${place}`;
}

/** The same for programs. */
export function reportObject({ facts, sections }: Report, directory: string) {
  return {
    directory,
    title: facts.title,
    sections: sections.map(({ id }) => id),
    verdicts: allVerdicts(sections).map(({ verdict, section }) => ({
      section: section.id,
      level: verdict.level,
      text: verdict.text,
    })),
  };
}
