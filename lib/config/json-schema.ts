import { mayBeAbsent, type SchemaNode } from './schema/keys.js';

type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };

/** The JSON Schema (draft-07, which editors read) of a schema of ours, for completion while typing. */
export function jsonSchema(node: SchemaNode, title: string): Json {
  return { $schema: 'http://json-schema.org/draft-07/schema#', title, ...schemaOf(node) };
}

function schemaOf(node: SchemaNode): { readonly [key: string]: Json } {
  const about: Record<string, Json> = {};
  if (node.description !== undefined) about.description = describe(node);
  if (node.default !== undefined) about.default = node.default as Json;
  switch (node.type) {
    case 'object':
      return { ...about, ...objectOf(node) };
    case 'array': {
      const result: Record<string, Json> = { type: 'array', items: itemsOf(node) };
      for (const key of ['minItems', 'maxItems'] as const)
        if (node[key] !== undefined) result[key] = node[key];
      if (node.unique === true) result.uniqueItems = true;
      return node.lonely === true
        ? { ...about, anyOf: [schemaOf(node.items!), result] }
        : { ...about, ...result };
    }
    default: {
      const result: Record<string, Json> = { ...about, type: node.type };
      if (node.enum !== undefined) result.enum = node.enum;
      for (const key of limits) if (node[key] !== undefined) result[key] = node[key];
      return result;
    }
  }
}

const limits = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'pattern',
] as const;

function describe(node: SchemaNode): string {
  const unit = node.unit === undefined ? '' : ` Unit: ${node.unit}.`;
  const rule = node.derivedFrom === undefined ? '' : ` Default: follows from ${node.derivedFrom}.`;
  return `${node.description}${unit}${rule}`;
}

/** A list whose items may be given by a short name takes either form: the one union there is (decisions.md 27). */
function itemsOf(node: SchemaNode): Json {
  const item = node.items!;
  if (node.shorthand === undefined) return schemaOf(item);
  const { [node.shorthand]: named, ...others } = item.properties!;
  const short = Object.entries(node.shortKeys ?? {}).map(([key, target]) => shortForm(others, key, target));
  return { anyOf: [schemaOf(named!), schemaOf(item), ...short] };
}

/** {KEY: what `target` takes} beside the options that items of the type KEY have. */
function shortForm(options: Readonly<Record<string, SchemaNode>>, key: string, target: string): Json {
  const own = Object.entries(options).filter(
    ([name, { when }]) => name !== target && (when === undefined || when.values.includes(key)),
  );
  const properties = { [key]: options[target]!, ...Object.fromEntries(own) };
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(properties).map(([name, child]) => [name, schemaOf(child)]),
    ),
    additionalProperties: false,
    required: [key],
  };
}

function objectOf(node: SchemaNode): { readonly [key: string]: Json } {
  const properties = Object.entries(node.properties ?? {});
  const required = properties.filter(([, child]) => !mayBeAbsent(child)).map(([key]) => key);
  const conditions = properties.flatMap(([key, child]) => conditionOf(node, key, child));
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map(([key, child]) => [key, schemaOf(child)])),
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    ...(conditions.length === 0 ? {} : { allOf: conditions }),
  };
}

/** Refuses `key` where its sibling has a value with which it is not read: either the sibling fits or there is no key. */
function conditionOf(node: SchemaNode, key: string, child: SchemaNode): Json[] {
  if (child.when === undefined) return [];
  const { key: sibling, values } = child.when;
  const fits: Record<string, Json> = { properties: { [sibling]: { enum: values } } };
  // An absent sibling has its default.
  if (!values.includes(String(node.properties![sibling]!.default))) fits.required = [sibling];
  return [{ anyOf: [fits, { not: { required: [key] } }] }];
}
