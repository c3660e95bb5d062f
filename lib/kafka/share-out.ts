/** A member of a group, with the partitions that it had when the group met. */
export interface ShareMember {
  readonly id: string;
  readonly owned: readonly number[];
}

/**
 * Shares out the partitions 0 to count - 1: everybody gets as many as the others or one more, and keeps what
 * it has as far as that allows, so that little work changes hands. The same for every order of the members.
 */
export function shareOut(members: readonly ShareMember[], count: number): Map<string, number[]> {
  const inOrder = [...members].sort((a, b) => (a.id < b.id ? -1 : 1));
  const shares = new Map<string, number[]>(inOrder.map(({ id }) => [id, []]));
  if (inOrder.length === 0) return shares;
  const least = Math.floor(count / inOrder.length);
  let larger = count % inOrder.length;
  const free = new Set(Array.from({ length: count }, (_, partition) => partition));
  // Those that have most come first, so that the larger shares go to members that have them already.
  const byOwned = [...inOrder].sort((a, b) => b.owned.length - a.owned.length);
  const sizes = new Map<string, number>();
  for (const { id, owned } of byOwned) {
    const size = least + (larger > 0 ? 1 : 0);
    if (larger > 0) larger -= 1;
    sizes.set(id, size);
    for (const partition of owned)
      if (shares.get(id)!.length < size && free.delete(partition)) shares.get(id)!.push(partition);
  }
  const rest = [...free].sort((a, b) => a - b);
  for (const { id } of byOwned)
    shares.get(id)!.push(...rest.splice(0, sizes.get(id)! - shares.get(id)!.length));
  for (const share of shares.values()) share.sort((a, b) => a - b);
  return shares;
}
