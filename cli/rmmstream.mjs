#!/usr/bin/env node
// The command's entry: makes sure that dependencies and build are there, then hands over.
import { setup } from './setup.mjs';

setup();
const { main } = await import('../dist/cli/main.js');
await main(process.argv.slice(2));
