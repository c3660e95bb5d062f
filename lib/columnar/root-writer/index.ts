export type { BranchSpec, ColumnType, ColumnValues, WriterColumn } from './column-types.js';
export type { Compression } from './compress.js';
export { RootTreeWriter, type TreeWriterOptions } from './tree-writer.js';
