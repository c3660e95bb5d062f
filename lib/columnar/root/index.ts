export { columnReaderFrom, openRootFile, type RootFile } from './root-file.js';
export type {
  BranchInfo,
  CodecName,
  Column,
  ColumnReader,
  ColumnShape,
  NumberArray,
  RootMetadata,
  ScalarType,
  TreeInfo,
} from './types.js';
