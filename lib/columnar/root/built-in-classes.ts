import type { ClassDescription, ElementDescription } from './class-description.js';

function element(name: string, type: number, typeName = ''): ElementDescription {
  return { name, title: '', type, arrayLength: 0, typeName, countName: '' };
}

function leaf(name: string, type: number): ClassDescription {
  const elements = [element('TLeaf', 0, 'BASE'), element('fMinimum', type), element('fMaximum', type)];
  return { name, version: 1, checksum: 0, elements };
}

/** Leaves have not changed since ROOT 5; some writers (go-hep) leave their descriptions out. */
const list: readonly ClassDescription[] = [
  {
    name: 'TLeaf',
    version: 2,
    checksum: 0,
    elements: [
      element('TNamed', 67, 'BASE'),
      element('fLen', 3),
      element('fLenType', 3),
      element('fOffset', 3),
      element('fIsRange', 18),
      element('fIsUnsigned', 18),
      element('fLeafCount', 64, 'TLeaf*'),
    ],
  },
  leaf('TLeafB', 1),
  leaf('TLeafS', 2),
  leaf('TLeafI', 3),
  leaf('TLeafL', 16),
  leaf('TLeafF', 5),
  leaf('TLeafD', 8),
  leaf('TLeafO', 18),
  leaf('TLeafC', 3),
  {
    name: 'TLeafElement',
    version: 1,
    checksum: 0,
    elements: [element('TLeaf', 0, 'BASE'), element('fID', 3), element('fType', 3)],
  },
];

/** Descriptions used where a file has none of its own for a class. */
export const builtInClasses: ReadonlyMap<string, ClassDescription> = new Map(
  list.map((description) => [description.name, description]),
);
