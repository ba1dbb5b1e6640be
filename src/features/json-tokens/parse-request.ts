import { isUtf8 } from 'node:buffer';
import { TokenRequestError } from './errors.ts';

const fields = ['authorization_code', 'client_id', 'redirect_uri', 'code_verifier'] as const;

export type TokenRequest = { readonly authorization_code: string } & {
  readonly [field in (typeof fields)[number]]?: string;
};

const stringPattern = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`;
const objectStart = /[ \t\r\n]*\{/y;
const memberPattern = new RegExp(
  String.raw`[ \t\r\n]*(${stringPattern})[ \t\r\n]*:[ \t\r\n]*(${stringPattern})[ \t\r\n]*([,}])`,
  'y',
);
const onlyWhitespace = /^[ \t\r\n]*$/;

const maxValueLength = 4096;

const refuse = (message: string): never => {
  throw new TokenRequestError('invalid_request', message);
};

/**
 * Accepts one flat object of strings without repeated members. `JSON.parse` would let the last of two members win (RFC
 * 8259 §4 leaves that to the parser), and a body that two parsers read differently must not redeem a code.
 */
export const parseTokenRequest = (bytes: Buffer): TokenRequest => {
  if (!isUtf8(bytes)) return refuse('the body is not UTF-8');
  const found = parseMembers(bytes.toString('utf8'));
  const unknown = [...found.keys()].find((name) => !fields.some((field) => field === name));
  if (unknown !== undefined)
    return refuse(`the member ${JSON.stringify(unknown.slice(0, 40))} is not known here`);
  const { authorization_code: code, ...others } = Object.fromEntries(found);
  if (code === undefined) return refuse('the member authorization_code is missing');
  if (!/^[A-Za-z0-9_-]{32,128}$/.test(code)) {
    return refuse('authorization_code must be 32 to 128 letters, digits, dashes and underscores');
  }
  return { authorization_code: code, ...others };
};

/** Few strings have an escape, and the pattern has checked the rest. */
const parseString = (literal = '""'): string =>
  literal.includes('\\') ? JSON.parse(literal) : literal.slice(1, -1);

const parseMembers = (text: string): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  objectStart.lastIndex = 0;
  if (!objectStart.test(text)) return refuse('the body must be a JSON object');
  let at = objectStart.lastIndex;
  for (;;) {
    memberPattern.lastIndex = at;
    const match = memberPattern.exec(text);
    if (!match) return refuse(explainMismatch(text));
    const name = parseString(match[1]);
    const value = parseString(match[2]);
    if (found.has(name)) return refuse(`the member ${JSON.stringify(name.slice(0, 40))} appears twice`);
    if (value.length > maxValueLength)
      return refuse(`the member ${JSON.stringify(name.slice(0, 40))} is too long`);
    found.set(name, value);
    at = memberPattern.lastIndex;
    if (match[3] === '}') break;
  }
  return onlyWhitespace.test(text.slice(at)) ? found : refuse('there is more text after the JSON object');
};

const explainMismatch = (text: string): string => {
  try {
    JSON.parse(text);
  } catch {
    return 'the body is not JSON';
  }
  return 'every member must be a string, and authorization_code must be one of them';
};
