import { announce } from '../../lib/telemetry/channels.js';
import type { RunWatch } from './watch.js';

/** Tells whoever listens on Node's diagnostics channels. */
export const channelWatch: RunWatch = {
  phase: (phase, state, { done, total } = { done: 0, total: 0 }) =>
    announce('rmmstream:phase', () => ({ phase, state, done, total })),
  batch: (stage, report) => announce('rmmstream:batch', () => ({ stage, ...report })),
  error: (stage, code) => announce('rmmstream:error', () => ({ stage, code })),
  checkpoint: (stage, atMs) => announce('rmmstream:checkpoint', () => ({ stage, atMs })),
  epoch: (epoch) => announce('rmmstream:epoch', () => epoch),
  model: (version) => announce('rmmstream:model', () => version),
  scaler: (version) => announce('rmmstream:scaler', () => version),
};
