/** The parser's own messages quote the text, which may contain a secret. */
const sentences: Readonly<Record<string, string>> = {
  BAD_ALIAS: 'An alias names an anchor that does not exist.',
  BAD_INDENT: 'The indentation is wrong here.',
  BLOCK_AS_IMPLICIT_KEY:
    'A nested value begins on the line of its key: begin a new, indented line, or quote the text.',
  DUPLICATE_KEY: 'This key is here twice.',
  MISSING_CHAR: 'Something is missing: a closing quote, bracket, comma or colon.',
  MULTILINE_IMPLICIT_KEY: 'A key must be on one line, followed by a colon.',
  MULTIPLE_DOCS: 'The file must contain one document only.',
  NON_STRING_KEY: 'A key must be a text.',
  TAB_AS_INDENT: 'Tabs can not indent: use spaces.',
  TAG_RESOLVE_FAILED: 'There is no such tag.',
  UNEXPECTED_TOKEN: 'This is not expected here.',
};

export const describeYamlError = (code: string): string => sentences[code] ?? 'This is not valid YAML.';
