export { cellMeanings, slotMeanings } from './cell-meaning.js';
export { blockColumns, dense } from './dense.js';
export { RmmKernel } from './kernel.js';
export { type RmmLayout, rmmLayout } from './layout.js';
export {
  type RmmConvention,
  type RmmOptions,
  rmmDefaults,
  rmmOptions,
  type SlotGroup,
  type SlotType,
  shapeSlots,
} from './options.js';
