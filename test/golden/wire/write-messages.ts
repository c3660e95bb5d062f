// Writes the messages of the newest versions anew: node dist/test/golden/wire/write-messages.js FOLDER;
// then python read-messages.py FOLDER/*.arrow says what pyarrow finds in them.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleMessages } from './sample-blocks.js';

const folder = process.argv[2] ?? '.';
for (const [topic, { key, value, headers }] of Object.entries(sampleMessages())) {
  const name = `${topic}-v${headers.version}`;
  writeFileSync(join(folder, `${name}.arrow`), value);
  writeFileSync(join(folder, `${name}.headers.json`), `${JSON.stringify({ key, headers }, null, 1)}\n`);
}
