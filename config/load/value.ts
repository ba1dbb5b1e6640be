import type { Node } from '../schema/node.ts';
import { toPlainValue, yaml } from './yaml.ts';

const isText = (node: Node): boolean => node.type === 'string';

/**
 * Parses a value from the environment or a flag by the type of its key. A text is taken literally, so that a password of
 * digits stays a text; anything else is JSON or YAML. An unreadable value stays a text, and the check reports it.
 */
export const parseValue = (text: string, node: Node): unknown => {
  if (isText(node)) return text;
  if (node.anyOf?.some(isText) && !/^\s*([[{]|null\s*$)/.test(text)) return text;
  if (/^-?\d{1,15}$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  const document = yaml().parseDocument(text, { prettyErrors: false, stringKeys: true });
  try {
    return document.errors.length > 0 ? text : toPlainValue(document);
  } catch {
    return text;
  }
};
