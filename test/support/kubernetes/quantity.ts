const units: Readonly<Record<string, number>> = {
  '': 1,
  m: 1e-3,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** The number that a quantity of Kubernetes ("512Mi", "100m", 2) stands for. */
export function bytesOf(quantity: string | number): number {
  const [, digits, unit] = /^(\d+)(m|[KMGT]i)?$/.exec(String(quantity)) ?? [];
  if (digits === undefined) throw new Error(`${quantity} is no quantity that is known here`);
  return Number(digits) * units[unit ?? '']!;
}
