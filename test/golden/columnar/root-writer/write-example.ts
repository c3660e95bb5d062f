// Writes the example for read-by-others.py: node dist/test/golden/columnar/root-writer/write-example.js FOLDER
import { compressions, writeExample } from './example.js';

for (const name of Object.keys(compressions)) await writeExample(process.argv[2]!, name);
