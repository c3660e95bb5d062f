import type {
  Static,
  TArray,
  TBoolean,
  TInteger,
  TNumber,
  TObject,
  TOptional,
  TSchema,
  TString,
  TUnsafe,
} from '@sinclair/typebox';

/** What a key may say of itself beside its type; docs/configuration.md and schemas/ are made from it. */
export interface KeyOptions {
  /** Unit of the value, as a person writes it: GeV, events, ms. */
  readonly unit?: string;
  /** False where the value cannot change any result: left out of the configuration hash (decisions.md 12). */
  readonly results?: false;
  /** The key is read only where the sibling `key` has one of `values`. */
  readonly when?: { readonly key: string; readonly values: readonly string[] };
  /** Shown as *** by `config show`. */
  readonly secret?: true;
  /** Names a secret. What is no such name is not repeated in messages: it may be the secret itself. */
  readonly concealed?: true;
}

export interface NumberLimits extends KeyOptions {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly multipleOf?: number;
}

/**
 * TypeBox says what type a schema stands for. What it makes at run time beside the plain schema nobody here reads, and its
 * 200 modules are a third of the time in which a command starts, so that they are not loaded.
 */
function schemaOf<Schema extends TSchema>(node: SchemaNode): Schema {
  return node as unknown as Schema;
}

/** A real number; always finite. */
export function real(description: string, value: number, options: NumberLimits = {}): TNumber {
  return schemaOf({ type: 'number', description, default: value, ...options });
}

export function integer(description: string, value: number, options: NumberLimits = {}): TInteger {
  return schemaOf({ type: 'integer', description, default: value, ...options });
}

export function flag(description: string, value: boolean, options: KeyOptions = {}): TBoolean {
  return schemaOf({ type: 'boolean', description, default: value, ...options });
}

export interface TextOptions extends KeyOptions {
  readonly pattern?: string;
  /** The pattern in words. */
  readonly form?: string;
}

export function text(description: string, value: string, options: TextOptions = {}): TString {
  return schemaOf({ type: 'string', description, default: value, minLength: 1, ...options });
}

/** A text that has no default: the person must give it. */
export function requiredText(description: string, options: TextOptions = {}): TString {
  return schemaOf({ type: 'string', description, minLength: 1, ...options });
}

/** One of a closed list of words; without `value` it must be given. */
export function choice<const Values extends readonly string[]>(
  description: string,
  values: Values,
  value?: NoInfer<Values[number]>,
  options: KeyOptions = {},
): TUnsafe<Values[number]> {
  return schemaOf({
    type: 'string',
    description,
    enum: [...values],
    ...(value === undefined ? {} : { default: value }),
    ...options,
  });
}

export interface ListOptions extends KeyOptions {
  readonly minItems?: number;
  readonly maxItems?: number;
  /** A text item stands for {[shorthand]: item}. */
  readonly shorthand?: string;
  /** An item {KEY: value} stands for {[shorthand]: KEY, [shortKeys[KEY]]: value}. */
  readonly shortKeys?: Readonly<Record<string, string>>;
  /** A single text stands for a list of it. */
  readonly lonely?: true;
  /** No two items alike. */
  readonly unique?: true;
}

/** A list; without `value` it must be given. */
export function list<Item extends TSchema>(
  description: string,
  item: Item,
  value?: readonly Static<Item>[],
  options: ListOptions = {},
): TArray<Item> {
  const given = value === undefined ? {} : { default: value };
  return schemaOf({ type: 'array', items: walkable(item), description, ...given, ...options });
}

/** A map with a closed set of keys. */
export function section<Properties extends Record<string, TSchema>>(
  description: string,
  properties: Properties,
  options: KeyOptions = {},
): TObject<Properties> {
  const nodes = properties as unknown as Readonly<Record<string, SchemaNode>>;
  return schemaOf({ type: 'object', properties: nodes, description, ...options });
}

/** A key that may be absent and has no default. */
export function optional<Schema extends TSchema>(schema: Schema): TOptional<Schema> {
  return schemaOf({ ...walkable(schema), optional: true });
}

/** A key whose default follows from another one, as `rule` says in words; load.ts fills it in. */
export function derived<Schema extends TSchema>(schema: Schema, rule: string): TOptional<Schema> {
  const { default: _, ...rest } = walkable(schema);
  return schemaOf({ ...rest, optional: true, derivedFrom: rule });
}

/** The parts of a schema that our walkers (validation, JSON Schema, reference page) read. */
export interface SchemaNode extends NumberLimits, TextOptions, ListOptions {
  readonly type: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean';
  readonly description?: string;
  readonly default?: unknown;
  readonly optional?: true;
  /** In words, where an absent key takes its value from. */
  readonly derivedFrom?: string;
  readonly enum?: readonly string[];
  readonly minLength?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

/** The walkable view of a schema made with the functions above. */
export function walkable(schema: TSchema): SchemaNode {
  return schema as unknown as SchemaNode;
}

/** True where `node` may be left out of a file: it has a default, is optional, or all that it holds may be. */
export function mayBeAbsent(node: SchemaNode): boolean {
  if (node.optional === true || node.default !== undefined) return true;
  return node.type === 'object' && Object.values(node.properties ?? {}).every(mayBeAbsent);
}
