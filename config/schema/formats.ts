import { isIP } from 'node:net';

interface Format {
  /** Completes "expected …". */
  readonly expected: string;
  /** Also part of the schema for editors. */
  readonly pattern?: string;
  readonly test?: (value: string) => boolean;
}

const isOrigin = (value: string): boolean => {
  if (!/^https?:\/\/[^/?#@\s]+$/.test(value) || !URL.canParse(value)) return false;
  return new URL(value).origin === value;
};

const isNetwork = (value: string): boolean => {
  const [address = '', bits, ...rest] = value.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128));
};

const isHost = (value: string): boolean => {
  if (/[/?#@\s]/.test(value) || !URL.canParse(`https://${value}`)) return false;
  const { hostname, port } = new URL(`https://${value}`);
  return value === hostname || value === `${hostname}:${port}`;
};

const isBindable = (value: string): boolean =>
  isIP(value) > 0 || /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/.test(value);

/** Only the shapes. The adapter of the store reads the parts. */
const storeUrls = [
  /^memory:$/,
  /^sqlite:(?!\/\/$)[^?#]+$/,
  /^redis\+unix:\/\/(?:[^@/?#\s]*@)?\/[^?#]+(?:\?[^#\s]*)?$/,
  /^rediss?:\/\/(?:[^@/?#\s]*@)?[^@/?#\s]+(?:\/\d*)?(?:\?[^#\s]*)?$/,
  /^redis\+cluster:\/\/(?:[^@/?#\s]*@)?[^@/?#\s]+\/?(?:\?[^#\s]*)?$/,
  /^redis\+sentinel:\/\/(?:[^@/?#\s]*@)?[^@/?#\s]+\/[^/?#\s]+(?:\?[^#\s]*)?$/,
];

const isMailServer = (value: string): boolean => {
  if (!/^smtps?:\/\/[^\s]+$/.test(value) || !URL.canParse(value)) return false;
  const { hostname, password, pathname, search, hash } = new URL(value);
  return hostname !== '' && password === '' && /^\/?$/.test(pathname) && search === '' && hash === '';
};

/** One address that is safe in an SMTP command: no spaces, quotes, brackets, commas or invisible characters. */
const address = String.raw`[^\s@<>"',;:()[\]\\\p{C}]+@[^\s@<>"',;:()[\]\\\p{C}]+`;
const mailAddress = new RegExp(`^${address}$`, 'u');
const mailbox = new RegExp(String.raw`^(?:[^<>"\p{C}]{1,100} <${address}>|${address})$`, 'u');

const isWebPage = (value: string): boolean => /^https?:\/\/[^\s]+$/.test(value) && URL.canParse(value);

const isPattern = (value: string): boolean => {
  try {
    return new RegExp(value, 'u') instanceof RegExp;
  } catch {
    return false;
  }
};

const isRfc3339 = (value: string): boolean =>
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/i.test(value) &&
  !Number.isNaN(Date.parse(value));

const key256 = [/^[0-9a-f]{64}$/i, /^[A-Za-z0-9_-]{43}=?$/, /^[A-Za-z0-9+/]{43}=?$/];

const formats = {
  origin: {
    expected:
      'an http or https URL of scheme, host and port only, in lower case, without path, query, fragment or trailing slash',
    test: isOrigin,
  },
  uri: { expected: 'an absolute URI', test: (value) => !/\s/.test(value) && URL.canParse(value) },
  'absolute-uri': {
    expected: 'an absolute URI without a fragment',
    test: (value) => !/[\s#]/.test(value) && URL.canParse(value),
  },
  network: { expected: 'an IP address or a CIDR block, as 10.0.0.0/8', test: isNetwork },
  address: { expected: 'an IP address or a host name', test: isBindable },
  host: { expected: 'a host in lower case, with a port unless it is the default one', test: isHost },
  'store-url': {
    expected:
      'memory:, sqlite:PATH, redis://HOST, rediss://HOST, redis+unix:///SOCKET, redis+sentinel://HOSTS/NAME or redis+cluster://HOSTS',
    test: (value) => storeUrls.some((form) => form.test(value)),
  },
  'key-256': {
    expected: '32 bytes written as base64url, base64 or hex (make one: openssl rand -base64 32)',
    test: (value) => key256.some((form) => form.test(value)),
  },
  'password-hash': {
    expected: 'a hash that begins with $argon2id$, $scrypt$, $pbkdf2- or $2b$',
    test: (value) => /^\$(argon2id|argon2i|scrypt|pbkdf2(-sha\d+)?|2[aby])\$\S+$/.test(value),
  },
  email: { expected: 'an e-mail address', test: (value) => /^[^\s@]+@[^\s@]+$/.test(value) },
  'mail-address': {
    expected: 'one e-mail address, as id@example.com',
    test: (value) => value.length <= 254 && mailAddress.test(value),
  },
  mailbox: {
    expected: 'an e-mail address, as id@example.com, or a name with one, as Example <id@example.com>',
    test: (value) => value.length <= 254 && mailbox.test(value),
  },
  'mail-server': {
    expected: 'smtps://USER@HOST or smtp://USER@HOST, without a password',
    test: isMailServer,
  },
  'mail-domain': {
    expected: 'a domain in lower case, as example.com',
    pattern: '^[a-z0-9-]+(\\.[a-z0-9-]+)+$',
  },
  contact: {
    expected: 'an e-mail address or an https URL',
    test: (value) =>
      /^[^\s@/:]+@[^\s@]+$/.test(value) || (value.startsWith('https://') && URL.canParse(value)),
  },
  'date-time': { expected: 'an RFC 3339 time, as 2027-01-31T00:00:00Z', test: isRfc3339 },
  date: { expected: 'a date as YYYY-MM-DD, or a year', pattern: '^\\d{4}(-\\d{2}-\\d{2})?$' },
  'private-scheme': {
    expected: 'a private-use scheme in lower case, without the colon, as cursor',
    test: (value) =>
      /^[a-z][a-z0-9+-]*$/.test(value) &&
      !/^(https?|about|blob|data|file|javascript|vbscript|view-source)$/.test(value),
  },
  scope: {
    expected: 'a scope: printable characters without space, quote or backslash (RFC 6749 §3.3)',
    pattern: '^[\\x21\\x23-\\x5b\\x5d-\\x7e]+$',
  },
  'client-id': { expected: 'printable ASCII characters without spaces', pattern: '^[\\x21-\\x7e]+$' },
  'key-prefix': { expected: 'up to 32 letters, digits, _ or -', pattern: '^[A-Za-z0-9_-]{1,32}$' },
  group: {
    expected: 'the name of a group: up to 64 characters of a-z, 0-9, dot, underscore and dash',
    pattern: '^[a-z0-9._-]{1,64}$',
  },
  'upstream-id': {
    expected: 'up to 32 characters of a-z, 0-9 and dash',
    pattern: '^[a-z0-9][a-z0-9-]{0,31}$',
  },
  'stored-upstream-id': {
    expected: 'store. and up to 32 characters of a-z, 0-9 and dash, as store.acme',
    pattern: '^store\\.[a-z0-9][a-z0-9-]{0,31}$',
  },
  claim: { expected: 'the name of a claim', pattern: '^[A-Za-z][A-Za-z0-9_:./-]*$' },
  pattern: {
    expected: 'a regular expression of JavaScript',
    test: isPattern,
  },
  file: { expected: 'the name of a file' },
  color: { expected: 'a color of six hexadecimal digits, as #17645a', pattern: '^#[0-9A-Fa-f]{6}$' },
  'web-page': { expected: 'an http or https URL', test: isWebPage },
  language: { expected: 'a language tag, as en or pt-BR', pattern: '^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$' },
} satisfies Record<string, Format>;

export type FormatName = keyof typeof formats;

// The keys of the literal are exactly the names.
export const formatNames = Object.keys(formats) as FormatName[];

export const formatOf = (name: FormatName): Format => formats[name];

/** What is expected instead, or `undefined` for a valid text. */
export const expectedFormat = (name: string, value: string): string | undefined => {
  // Format names in schemas come from the builders, which accept only a `FormatName`.
  const format = formatOf(name as FormatName);
  const fits = format.pattern === undefined ? format.test?.(value) : new RegExp(format.pattern).test(value);
  return fits === false ? format.expected : undefined;
};
