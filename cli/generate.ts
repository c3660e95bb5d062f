import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../lib/base/atomic-file.js';
import { packageRoot } from '../lib/base/package-root.js';
import { generatedFiles } from './generated-files.js';

// `npm run generate`: writes every file that is made from code and says which of them changed.
for (const { path, content } of generatedFiles()) {
  const full = join(packageRoot, path);
  const same = existsSync(full) && readFileSync(full, 'utf8') === content;
  if (!same) writeFileAtomic(full, content);
  process.stdout.write(`${same ? 'unchanged' : 'written  '}  ${path}\n`);
}
