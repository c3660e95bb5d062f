// What `startCli` runs: the command as cli/rmmstream.mjs starts it, but on the build that the tests run on.
import { main } from '../../cli/main.js';

await main(process.argv.slice(2));
