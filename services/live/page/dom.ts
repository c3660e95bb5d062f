type Child = Node | string | number | undefined;
type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

const svgSpace = 'http://www.w3.org/2000/svg';

/** An element that the page has from the start. */
export function byId<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found as Kind;
}

/** An HTML element. Children that are no nodes become text: nothing is ever read as markup. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function draw(tag: string, attributes: Attributes = {}, ...children: readonly Child[]): SVGElement {
  return fill(document.createElementNS(svgSpace, tag) as SVGElement, attributes, children);
}

function fill<Kind extends Element>(element: Kind, attributes: Attributes, children: readonly Child[]): Kind {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children) {
    if (child !== undefined) element.append(child instanceof Node ? child : String(child));
  }
  return element;
}

/** Changes a text only where it is another: what has not changed is not read out again. */
export function say(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Whether a table is out of sight: it is filled once somebody opens it. */
export function isFolded(table: HTMLElement): boolean {
  return !(table.parentElement as HTMLDetailsElement).open;
}

/**
 * Makes an element what another one is, and keeps its nodes: what somebody reads, or points at, stays where it is. A
 * style of its own stays with it: the policy of the page takes none as text.
 */
export function become(there: Element, made: Element): void {
  for (const { name } of [...there.attributes])
    if (name !== 'style' && !made.hasAttribute(name)) there.removeAttribute(name);
  for (const { name, value } of made.attributes)
    if (there.getAttribute(name) !== value) there.setAttribute(name, value);
  const children = [...made.childNodes];
  children.forEach((child, at) => {
    const old = there.childNodes[at];
    if (old instanceof Element && child instanceof Element && old.tagName === child.tagName)
      become(old, child);
    else if (old instanceof Text && child instanceof Text) {
      if (old.data !== child.data) old.data = child.data;
    } else if (old === undefined) there.append(child);
    else old.replaceWith(child);
  });
  while (there.childNodes.length > children.length) there.lastChild!.remove();
}

/** A cell of a table: text, or a node; `number` sets it to the right. */
export interface Cell {
  readonly content: Node | string;
  readonly isNumber?: boolean;
}

export interface Heading {
  readonly text: string;
  readonly isNumber?: boolean;
}

/**
 * A table with a caption for those who hear it. One that is there already keeps its cells and changes what is in them, so that
 * nobody loses the place where they read.
 */
export function putTable(
  into: Element,
  caption: string,
  headings: readonly Heading[],
  rows: readonly (readonly (Cell | string)[])[],
): HTMLTableElement {
  const key = JSON.stringify([caption, headings]);
  let table = into.querySelector('table');
  if (table === null || table.dataset.key !== key) {
    table = make(
      'table',
      { 'data-key': key },
      make('caption', { class: 'unseen' }, caption),
      make(
        'thead',
        {},
        make(
          'tr',
          {},
          ...headings.map(({ text, isNumber }) =>
            make('th', { scope: 'col', class: isNumber ? 'number' : undefined }, text),
          ),
        ),
      ),
      make('tbody'),
    );
    into.replaceChildren(table);
  }
  const body = table.tBodies[0]!;
  const made = rows.map((row) =>
    make('tr', {}, ...row.map((cell, column) => cellOf(cell, column, headings[column]!))),
  );
  // Of what grows at its head the rest stays.
  const [first] = body.rows;
  const added = first === undefined ? 0 : made.findIndex((row) => row.isEqualNode(first));
  body.prepend(...made.slice(0, Math.max(0, added)));
  made.forEach((row, at) => {
    const there = body.rows[at];
    if (there === undefined) body.append(row);
    else if (there !== row && !there.isEqualNode(row)) become(there, row);
  });
  while (body.rows.length > rows.length) body.deleteRow(-1);
  return table;
}

function cellOf(cell: Cell | string, column: number, heading: Heading): HTMLTableCellElement {
  const { content, isNumber = heading.isNumber } =
    typeof cell === 'string' ? { content: cell } : (cell as Cell);
  const attributes = { class: isNumber ? 'number' : undefined };
  return column === 0
    ? make('th', { ...attributes, scope: 'row' }, content)
    : make('td', attributes, content);
}

/** A word with its colour. */
export function badge(state: string, text = state): HTMLElement {
  return make('span', { class: 'badge', 'data-state': state }, text);
}
