#!/usr/bin/env node
// The command's entry where the program is built already, as in a container image: nothing is installed or built.
const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2));
