import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';

type Name = readonly (readonly [oid: string, value: string])[];

interface CertificateOptions {
  /** The names from the root on: `[['2.5.4.6', 'PL'], ['2.5.4.3', 'app']]`. */
  readonly subject?: Name;
  readonly alternative?: readonly { readonly tag: number; readonly bytes: Buffer }[];
  readonly from?: Date;
  readonly until?: Date;
  /** The issuer whose key signs the certificate; without one it is self-signed. */
  readonly issuer?: Certificate;
}

export interface Certificate {
  readonly certificate: X509Certificate;
  readonly subject: Name;
  readonly privateKey: KeyObject;
  /** The value of `Client-Cert` (RFC 9440). */
  readonly header: string;
  /** The PEM as nginx and Envoy escape it. */
  readonly escaped: string;
}

const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const length: number[] = [];
  for (let rest = content.length; rest > 0; rest >>= 8) length.unshift(rest & 0xff);
  const head = content.length < 0x80 ? [content.length] : [0x80 | length.length, ...length];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
};

const oid = (dotted: string): Buffer => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc & 0x7f];
    for (let left = arc >> 7; left > 0; left >>= 7) groups.unshift((left & 0x7f) | 0x80);
    bytes.push(...groups);
  }
  return der(0x06, Buffer.from(bytes));
};

const name = (parts: Name): Buffer =>
  der(0x30, ...parts.map(([type, value]) => der(0x31, der(0x30, oid(type), der(0x0c, Buffer.from(value))))));

const time = (date: Date): Buffer =>
  der(0x18, Buffer.from(`${date.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)}Z`));

const algorithm = der(0x30, oid('1.2.840.10045.4.3.2'));

export const san = {
  dns: (text: string) => ({ tag: 0x82, bytes: Buffer.from(text) }),
  email: (text: string) => ({ tag: 0x81, bytes: Buffer.from(text) }),
  uri: (text: string) => ({ tag: 0x86, bytes: Buffer.from(text) }),
  ip: (...bytes: number[]) => ({ tag: 0x87, bytes: Buffer.from(bytes) }),
};

/** Makes an X.509 certificate with a new P-256 key, without external tools. */
export const makeCertificate = ({
  subject = [['2.5.4.3', 'app']],
  alternative = [],
  from = new Date(Date.now() - 60_000),
  until = new Date(Date.now() + 3_600_000),
  issuer,
}: CertificateOptions = {}): Certificate => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const names = der(0x30, ...alternative.map(({ tag, bytes }) => der(tag, bytes)));
  const extensions = der(0x30, der(0x30, oid('2.5.29.17'), der(0x04, names)));
  const toBeSigned = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name(issuer?.subject ?? subject),
    der(0x30, time(from), time(until)),
    name(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    ...(alternative.length > 0 ? [der(0xa3, extensions)] : []),
  );
  const signature = sign('sha256', toBeSigned, issuer?.privateKey ?? privateKey);
  const raw = der(0x30, toBeSigned, algorithm, der(0x03, Buffer.from([0]), signature));
  const certificate = new X509Certificate(raw);
  return {
    certificate,
    subject,
    privateKey,
    header: `:${raw.toString('base64')}:`,
    escaped: encodeURIComponent(certificate.toString()),
  };
};
