/**
 * A form of a smoothly falling background, f(m) in events per GeV at x = m / sqrt(s): ln f is a sum of functions of x
 * times parameters, so that the likelihood has one maximum and is found by Newton's method.
 */
export interface Family {
  readonly name: FamilyName;
  readonly formula: string;
  readonly parameters: readonly string[];
  /** Functions of x, as many as parameters; the first is 1. */
  readonly functions: readonly ((x: number) => number)[];
}

export type FamilyName = 'power' | 'dijet_short' | 'dijet';

const one = () => 1;
const fromTop = (x: number) => Math.log1p(-x);
const log = (x: number) => Math.log(x);
const logSquare = (x: number) => Math.log(x) ** 2;

/** Each contains the one before it. The last is that of dijet searches (ATLAS, Phys. Rev. D 91 (2015) 052007). */
export const families: readonly Family[] = [
  { name: 'power', formula: 'p1 x^p2', parameters: ['ln p1', 'p2'], functions: [one, log] },
  {
    name: 'dijet_short',
    formula: 'p1 (1-x)^p2 x^p3',
    parameters: ['ln p1', 'p2', 'p3'],
    functions: [one, fromTop, log],
  },
  {
    name: 'dijet',
    formula: 'p1 (1-x)^p2 x^(p3 + p4 ln x)',
    parameters: ['ln p1', 'p2', 'p3', 'p4'],
    functions: [one, fromTop, log, logSquare],
  },
];

export function familyOf(name: FamilyName): Family {
  return families.find((family) => family.name === name)!;
}
