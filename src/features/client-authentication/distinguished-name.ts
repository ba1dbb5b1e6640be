/** The object identifiers of attribute names: those of RFC 4514 §3, and those that OpenSSL and operators write. */
const attributeTypes: Readonly<Record<string, string>> = {
  cn: '2.5.4.3',
  commonname: '2.5.4.3',
  sn: '2.5.4.4',
  surname: '2.5.4.4',
  serialnumber: '2.5.4.5',
  c: '2.5.4.6',
  countryname: '2.5.4.6',
  l: '2.5.4.7',
  localityname: '2.5.4.7',
  st: '2.5.4.8',
  s: '2.5.4.8',
  stateorprovincename: '2.5.4.8',
  street: '2.5.4.9',
  streetaddress: '2.5.4.9',
  o: '2.5.4.10',
  organizationname: '2.5.4.10',
  ou: '2.5.4.11',
  organizationalunitname: '2.5.4.11',
  title: '2.5.4.12',
  businesscategory: '2.5.4.15',
  postalcode: '2.5.4.17',
  gn: '2.5.4.42',
  givenname: '2.5.4.42',
  organizationidentifier: '2.5.4.97',
  uid: '0.9.2342.19200300.100.1.1',
  userid: '0.9.2342.19200300.100.1.1',
  dc: '0.9.2342.19200300.100.1.25',
  domaincomponent: '0.9.2342.19200300.100.1.25',
  e: '1.2.840.113549.1.9.1',
  emailaddress: '1.2.840.113549.1.9.1',
  jurisdictionl: '1.3.6.1.4.1.311.60.2.1.1',
  jurisdictionst: '1.3.6.1.4.1.311.60.2.1.2',
  jurisdictionc: '1.3.6.1.4.1.311.60.2.1.3',
};

const splitAt = (text: string, separator: string): string[] => {
  const pieces = [''];
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] ?? '';
    if (char === separator) pieces.push('');
    else pieces[pieces.length - 1] += char === '\\' ? char + (text[++at] ?? '') : char;
  }
  return pieces;
};

const valuePattern = /\\([0-9A-Fa-f]{2})|\\([^0-9A-Fa-f])|([^\\"]+)/sy;

/** Decodes the escapes of RFC 4514 §2.4: `\,` is a character, `\C4\8D` are bytes of UTF-8. */
const unescapeValue = (text: string): string | undefined => {
  const bytes: Buffer[] = [];
  valuePattern.lastIndex = 0;
  while (valuePattern.lastIndex < text.length) {
    const found = valuePattern.exec(text);
    if (found === null) return undefined;
    const [, hex, char, plain] = found;
    bytes.push(hex === undefined ? Buffer.from(char ?? plain ?? '') : Buffer.from(hex, 'hex'));
  }
  return Buffer.concat(bytes).toString('utf8');
};

const derStringTags = [0x0c, 0x13, 0x16];

/** Decodes the hexadecimal DER form of a value (RFC 4514 §2.4). Values of other types than strings are refused. */
const decodeDerString = (hex: string): string | undefined => {
  const der = Buffer.from(hex, 'hex');
  const [tag = 0, length = 0] = der;
  const isComplete = der.length * 2 === hex.length && length < 0x80 && der.length === length + 2;
  return isComplete && derStringTags.includes(tag) ? der.subarray(2).toString('utf8') : undefined;
};

/** RFC 4517 §4.2.11 caseIgnoreMatch, for ASCII letters only, so that no two other letters compare as equal. */
const normalizeValue = (value: string): string =>
  value
    .normalize('NFC')
    .replaceAll(/ +/g, ' ')
    .trim()
    .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

const canonicalAttribute = (text: string): string | undefined => {
  const at = text.indexOf('=');
  if (at < 1) return undefined;
  const name = text.slice(0, at).trim().toLowerCase();
  const known = Object.hasOwn(attributeTypes, name) ? attributeTypes[name] : undefined;
  const type = known ?? (/^\d+(\.\d+)+$/.test(name) ? name : undefined);
  const rawValue = text.slice(at + 1).trim();
  const value = rawValue.startsWith('#') ? decodeDerString(rawValue.slice(1)) : unescapeValue(rawValue);
  return type === undefined || value === undefined || value === ''
    ? undefined
    : JSON.stringify([type, normalizeValue(value)]);
};

/** The relative names in a comparable form, one text each, or undefined if any of them can't be parsed. */
const relativeDistinguishedNames = (text: string, separator: string): readonly string[] | undefined => {
  const names = splitAt(text, separator).map((relative) => {
    const attributes = splitAt(relative, '+').map(canonicalAttribute);
    return attributes.includes(undefined) ? undefined : attributes.toSorted().join();
  });
  // The check above has excluded undefined.
  return names.includes(undefined) ? undefined : (names as string[]);
};

/**
 * Compares the subject of a certificate with the name that was registered. Node writes the subject from the root, one
 * escaped relative name a line; RFC 4514 writes names from the leaf.
 */
export const isSameName = (subject: string, registered: string): boolean => {
  const actual = relativeDistinguishedNames(subject, '\n');
  const expected = relativeDistinguishedNames(registered, ',')?.toReversed();
  return (
    actual !== undefined && expected !== undefined && JSON.stringify(actual) === JSON.stringify(expected)
  );
};
