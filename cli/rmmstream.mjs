#!/usr/bin/env node
// The command's entry in a clone: makes sure that dependencies and build are there, then hands over.
import { setup } from './setup.mjs';

setup();
await import('./built.mjs');
