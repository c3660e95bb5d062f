// `npm start`: the main job on the shipped sample.
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

setup();
process.chdir(root);
const { main } = await import('../dist/cli/main.js');
await main([
  'run',
  join('samples', 'config.yaml'),
  '--output',
  join('out', 'sample'),
  ...process.argv.slice(2),
]);
