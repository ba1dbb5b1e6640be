import { type Answers, isLoopback } from './answers.ts';

/** The files beside the configuration, by what they hold. */
export const fileNames = {
  keyEncryptionKey: 'key-encryption-key',
  storeUrl: 'store-url',
  mailPassword: 'mail-password',
} as const;

/** JSON texts are YAML texts. */
const quote = (text: string): string => JSON.stringify(text);

const storeLines = ({ store }: Answers): string[] => [
  '# Where accounts, clients, keys, sessions and tokens are kept.',
  'store:',
  'file' in store ? `  url_file: ${quote(store.file)}` : `  url: ${quote(store.url)}`,
];

const mailLines = ({ mail }: Answers): string[] => {
  if (!mail) return ['# Without a mail section nothing is sent, and what needs mail is not offered.'];
  const { url, from, password } = mail;
  const passwordFile = password && ('file' in password ? password.file : fileNames.mailPassword);
  return [
    'mail:',
    `  url: ${quote(url)}`,
    `  from: ${quote(from)}`,
    ...(passwordFile === undefined ? [] : [`  password_file: ${quote(passwordFile)}`]),
  ];
};

/** A proxy on this machine reaches a server on loopback, and then nothing else can. */
const hostFor = (proxies: readonly string[]): string =>
  proxies.every((proxy) => proxy.startsWith('127.') || proxy.startsWith('::1')) ? '127.0.0.1' : '0.0.0.0';

const listenLines = ({ issuer, proxies }: Answers): string[] =>
  isLoopback(issuer)
    ? ['listen:', `  port: ${new URL(issuer).port || 80}`]
    : ['listen:', `  host: ${hostFor(proxies)}`, '  port: 3000'];

const proxyLines = ({ issuer, proxies }: Answers): string[] =>
  isLoopback(issuer)
    ? []
    : [
        '# Only from these addresses do X-Forwarded-For and certificate headers count.',
        'proxy:',
        `  trusted: [${proxies.map(quote).join(', ')}]`,
        '',
      ];

/** The text of postern.yaml. It holds no secret. */
export const configurationText = (answers: Answers): string =>
  [
    '# Every key: postern config reference. What is in force: postern config print.',
    '',
    `mode: ${isLoopback(answers.issuer) ? 'development' : 'production'}`,
    '',
    '# The address by which clients and browsers know this server. Tokens contain it.',
    `issuer: ${quote(answers.issuer)}`,
    '',
    ...listenLines(answers),
    '',
    ...proxyLines(answers),
    ...storeLines(answers),
    '',
    'security:',
    '  # Encrypts what is secret in the store. Keep a copy apart from the store: without it the keys are lost.',
    `  key_encryption_key_file: ${quote(fileNames.keyEncryptionKey)}`,
    '',
    ...mailLines(answers),
    '',
  ].join('\n');
