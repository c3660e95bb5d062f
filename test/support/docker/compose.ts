import { parse } from 'yaml';

type Environment = Readonly<Record<string, string>>;

export interface ComposeService {
  readonly image: string;
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly command?: readonly string[];
  readonly environment?: Environment;
  readonly volumes?: readonly string[];
  readonly tmpfs?: readonly string[];
  readonly networks?: readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly deploy?: {
    readonly replicas?: number;
    readonly resources?: { readonly limits?: { readonly memory?: string; readonly pids?: number } };
  };
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly [key: string]: unknown;
}

export interface Compose {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

/** Variables of a Compose file with their defaults; one without a default is undefined. */
export function composeVariables(text: string): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  for (const match of withoutComments(text).matchAll(variable)) {
    const [, name, fallback] = match;
    if (found.has(name!) && found.get(name!) !== fallback)
      throw new Error(`${name} has the defaults ${found.get(name!)} and ${fallback}`);
    found.set(name!, fallback);
  }
  return found;
}

const variable = /\$\{([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}/g;

/** A Compose file with its anchors resolved and its variables put in, as `docker compose` reads it. */
export function readCompose(text: string, environment: Environment = {}): Compose {
  const put = (value: unknown): unknown => {
    if (typeof value === 'string')
      return value.replace(variable, (_, name: string, fallback = '') => environment[name] || fallback);
    if (Array.isArray(value)) return value.map(put);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, put(inner)]));
  };
  return put(parse(text, { merge: true })) as Compose;
}

function withoutComments(text: string): string {
  return text.replace(/^\s*#.*$/gm, '');
}
