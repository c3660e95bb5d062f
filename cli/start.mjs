// `npm start`: the main job on the shipped sample, and its report. Further arguments go to the run alone.
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

setup();
process.chdir(root);
const { main } = await import('../dist/cli/main.js');
const config = join('samples', 'config.yaml');
const output = join('out', 'sample');
const more = process.argv.slice(2);
await main(['run', config, '--output', output, ...more]);
if (more.length === 0 && (process.exitCode ?? 0) === 0) await main(['report', output, '--config', config]);
