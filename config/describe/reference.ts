import { variableOf } from '../load/environment.ts';
import { formatPath, type Path } from '../path.ts';
import { nodeOf } from '../schema/build.ts';
import { type FormatName, formatOf } from '../schema/formats.ts';
import { mayBeInFile, type Node } from '../schema/node.ts';
import { schema } from '../sections/index.ts';
import { introduction } from './introduction.ts';

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

const valueColumn = (node: Node): string => {
  if (node.anyOf) return node.anyOf.map(valueColumn).join(' or ');
  if (node.enum) return node.enum.map((value) => `\`${value}\``).join(', ');
  if (node.type === 'integer') return `integer, ${node.minimum} to ${node.maximum}`;
  if (node.type === 'array') return `list of: ${valueColumn(node.items ?? {})}`;
  if (node.type === 'object')
    return node.properties ? 'section' : `map of: ${valueColumn(node.additionalProperties || {})}`;
  // Format names in schemas come from the builders, which accept only a `FormatName`.
  if (node.format) return formatOf(node.format as FormatName).expected;
  const plain: Readonly<Record<string, string>> = {
    boolean: '`true`, `false`',
    null: '`null`',
    string: 'text',
  };
  return plain[node.type ?? ''] ?? 'any value';
};

const defaultColumn = (node: Node, isRequired: boolean): string => {
  if (isRequired) return '**required**';
  return node.default === undefined || node.properties ? '' : `\`${JSON.stringify(node.default)}\``;
};

/** The keys of a section and of the sections in it. Lists of sections get separate tables. */
const rows = (node: Node, path: Path): string[] =>
  Object.entries(node.properties ?? {}).flatMap(([key, property]) => {
    const own = [...path, key];
    if (property.properties) return rows(property, own);
    const about = [property.description ?? '', mayBeInFile(property) ? `Also as \`${key}_file\`.` : ''];
    const columns = [
      `\`${formatPath(own)}\``,
      property.items?.properties ? 'list, see below' : valueColumn(property),
      defaultColumn(property, node.required?.includes(key) ?? false),
      about.filter(Boolean).join(' '),
    ];
    return [`| ${columns.map(cell).join(' | ')} |`];
  });

const table = (node: Node, path: Path = []): string =>
  ['| key | value | default | |', '| --- | --- | --- | --- |', ...rows(node, path)].join('\n');

/** The lists of sections: `clients`, and in it `clients.N.secrets`. */
const lists = (node: Node, path: Path): string[] =>
  Object.entries(node.properties ?? {}).flatMap(([key, property]) => {
    const own = [...path, key];
    if (property.properties) return lists(property, own);
    const item = property.items;
    if (!item?.properties) return [];
    return [
      `### \`${formatPath(own)}\`: each entry\n\n${item.description ?? ''}\n\n${table(item)}`,
      ...lists(item, [...own, 'N']),
    ];
  });

const chapter = (key: string, node: Node): string => {
  const head = `## \`${key}\`\n\n${node.description ?? ''}`;
  const variable = node.properties ? `${variableOf([key])}__…` : variableOf([key]);
  const scalar = `Value: ${valueColumn(node)}. Default: \`${JSON.stringify(node.default)}\`.`;
  const own = node.properties ? table(node, [key]) : scalar;
  const entries = lists({ properties: { [key]: node } }, []);
  return [head, `Environment: \`${variable}\``, node.items?.properties ? '' : own, ...entries]
    .filter(Boolean)
    .join('\n\n');
};

/** `docs/configuration.md`. */
export const reference = (): string => {
  const chapters = Object.entries(nodeOf(schema).properties ?? {}).map(([key, node]) => chapter(key, node));
  return `${[introduction, ...chapters].join('\n\n')}\n`;
};
