import type { Node } from '../schema/node.ts';
import { toPlainValue, yaml } from './yaml.ts';

const isText = (node: Node): boolean => node.type === 'string';

/**
 * A value of the environment or a flag, read as its key wants it: a text as it stands (so that a password of digits
 * stays one), everything else as JSON or YAML. What can't be read stays a text, and the check says what is wanted.
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
