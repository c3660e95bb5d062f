/** Names in code-unit order: the one order in which results of ranges are put together, on every machine. */
export function inOrder<Named extends { readonly name: string }>(items: Iterable<Named>): Named[] {
  return [...items].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}
