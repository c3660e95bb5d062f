/** What a node stands for; renderers give each kind a shape. */
export type NodeKind = 'input' | 'stage' | 'role' | 'topic' | 'files';

export interface FlowNode {
  /** Letters, digits and _ only, and no other node's. */
  readonly id: string;
  readonly kind: NodeKind;
  /** Lines of text; names in them may be foreign. */
  readonly lines: readonly string[];
  /** The box that it is drawn in. */
  readonly box?: string;
}

/** data: events and what is made of them. control: what is known of the run. dead: what could not be used. */
export type EdgeKind = 'data' | 'control' | 'dead';

export interface FlowEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
}

/** A process, or threads of one, around the stages that run in it. */
export interface FlowBox {
  readonly id: string;
  readonly title: string;
}

/** The dataflow of a configuration, whatever draws it. */
export interface Dataflow {
  readonly title: string;
  readonly boxes: readonly FlowBox[];
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
}

/** An id that every format takes. */
export function nodeId(kind: string, name: string): string {
  return `${kind}_${name}`.replaceAll(/[^A-Za-z0-9]/g, '_');
}

/** The input files of a configuration in a few words. */
export function inputNode(
  samples: readonly { readonly kind: string; readonly files: readonly string[] }[],
): FlowNode {
  const kinds = ['background', 'signal', 'data'].flatMap((kind) => {
    const number = samples.filter((sample) => sample.kind === kind).length;
    return number === 0 ? [] : [`${number} ${kind}`];
  });
  const said = kinds.length === 0 ? 'no sample yet' : `samples: ${kinds.join(', ')}`;
  return { id: 'input', kind: 'input', lines: ['input files', said] };
}

/** Files of the output directory. */
export function filesNode(path: string): FlowNode {
  return { id: nodeId('files', path), kind: 'files', lines: [path] };
}
