// Made by build.py from adam.c; do not edit.
// biome-ignore-all format: generated

/** sha256 of the adam.c that this was compiled from. */
export const adamSource = '630fdcd4fb79b48b0de39d7213f1bbc31d0dda04fdcc6f96bb60ab3e4e59c94d';

/** The WebAssembly module in base64. */
export const adamWasm =
  'AGFzbQEAAAABDQFgCX9/f39/fX19fQADAgEABAUBcAEBAQUDAQABBg8CfwFBgIAEC38AQYCABAsHHwMGbWVtb3J5AgAEYWRhbQAA' +
  'C19faGVhcF9iYXNlAwEKxgEBwwEDBHsBfwN7AkAgBEUNACAF/RMhCSAI/RMhCiAH/RMhCyAG/RMhDEEAIQ0DQCABIAH9AAAAIg4g' +
  'DCAD/QAAACIPIA795QH95gH95AEiDv0LAAAgAiAC/QAAACIQIAsgDyAP/eYBIBD95QH95gH95AEiD/0LAAAgACAA/QAAACAJIA79' +
  '5gEgCiAP/eMB/eQB/ecB/eUB/QsAACAAQRBqIQAgAUEQaiEBIAJBEGohAiADQRBqIQMgDUEEaiINIARJDQALCws=';
