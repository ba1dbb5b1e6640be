// Copies this example into a folder, for one server and one suite: new secrets, keys and certificates in every file.
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse, stringify } from 'yaml';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    issuer: { type: 'string', default: 'https://op.example.com' },
    mtls: { type: 'string', default: 'https://mtls.op.example.com' },
    suite: { type: 'string', default: 'https://www.certification.openid.net' },
    alias: { type: 'string', default: 'postern' },
  },
});
const [target] = positionals;
if (target === undefined || existsSync(target)) {
  console.error('usage: prepare.js NEW_FOLDER [--issuer URL] [--mtls URL] [--suite URL] [--alias NAME]');
  process.exit(2);
}
const folder = resolve(target);
mkdirSync(join(folder, 'plans'), { recursive: true, mode: 0o700 });
const source = (name) => readFileSync(join(import.meta.dirname, name), 'utf8');
const write = (name, text) => writeFileSync(join(folder, name), text, { mode: 0o600 });

const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
const [newKey, days] = [
  ['-newkey', 'rsa:2048', '-nodes'],
  ['-days', '90'],
];
openssl(
  'req',
  '-x509',
  ...newKey,
  '-keyout',
  'ca.key',
  '-out',
  'ca.pem',
  ...days,
  '-subj',
  '/CN=Conformance',
);
write('client.ext', 'extendedKeyUsage=clientAuth\nbasicConstraints=CA:FALSE\n');
for (const name of ['client-1', 'client-2']) {
  const subject = `/O=Conformance/CN=${name}`;
  openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject);
  const authority = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', ...days];
  openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    ...authority,
    '-extfile',
    'client.ext',
    '-out',
    `${name}.pem`,
  );
}

const replaceNames = (text) =>
  text
    .replaceAll('https://mtls.op.example.com', values.mtls)
    .replaceAll('https://op.example.com', values.issuer)
    .replaceAll('https://www.certification.openid.net', values.suite)
    .replaceAll('a/postern/', `a/${values.alias}/`)
    .replaceAll('"alias": "postern"', `"alias": ${JSON.stringify(values.alias)}`);

const secrets = new Map();
const newSecret = (placeholder) => {
  if (!secrets.has(placeholder)) secrets.set(placeholder, randomBytes(32).toString('base64url'));
  return secrets.get(placeholder);
};

/** The key pairs, by the `kid` of the example. */
const pairs = new Map();
const newPair = ({ kid, kty, alg }) => {
  const made =
    kty === 'EC'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = (key) => ({ ...key.export({ format: 'jwk' }), kid, alg, use: 'sig' });
  return { private: jwk(made.privateKey), public: jwk(made.publicKey) };
};

/** Replaces the placeholders of secrets, keys and files. The configuration comes first: it has the type of each key. */
const fill = (half) => (_name, value) => {
  if (typeof value === 'string' && value.startsWith('replace-')) return newSecret(value);
  if (half === 'private' && /^(client-[12]|ca)\.(pem|key)$/.test(value))
    return readFileSync(join(folder, value), 'utf8');
  if (typeof value?.kid !== 'string') return value;
  if (!pairs.has(value.kid)) pairs.set(value.kid, newPair(value));
  return pairs.get(value.kid)[half];
};

const filled = (value, half) => JSON.parse(JSON.stringify(value), fill(half));
write('postern.yaml', stringify(filled(parse(replaceNames(source('postern.yaml'))), 'public')));
for (const name of readdirSync(join(import.meta.dirname, 'plans'))) {
  const plan = filled(JSON.parse(replaceNames(source(`plans/${name}`))), 'private');
  write(`plans/${name}`, `${JSON.stringify(plan, null, 2)}\n`);
}
write('nginx.conf', replaceNames(source('nginx.conf')).replaceAll('/etc/conformance', folder));
console.log(`${folder} has postern.yaml, nginx.conf, certificates, and a file in plans/ for each plan.`);
