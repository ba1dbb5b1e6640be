import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type HashFormat, zeros } from './hash-format.ts';

interface Parsed {
  readonly digest: string;
  readonly iterations: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

const derive = promisify(pbkdf2);

/** About two seconds of one core. Many processors have instructions for SHA-1 and SHA-256 only. */
const maxIterations: Readonly<Record<string, number>> = {
  sha1: 6_000_000,
  sha256: 6_000_000,
  sha512: 3_000_000,
};
const digestBytes: Readonly<Record<string, number>> = { sha1: 20, sha256: 32, sha512: 64 };

/** RFC 8018 §5.2: the iterations are computed for each block of the key, which may be longer than the digest. */
const costOf = ({ digest, iterations, key }: Parsed): number =>
  (iterations * Math.ceil(key.length / (digestBytes[digest] ?? 1))) / (maxIterations[digest] ?? 1);

const digests = 'sha1|sha256|sha512';

/** passlib: `$pbkdf2-sha256$29000$salt$key`; its base64 has a dot for the plus. Without a name it is SHA-1. */
const passlib = (hash: string): Parsed | undefined => {
  const [, digest = 'sha1', iterations, salt, key] =
    /^\$pbkdf2(?:-(sha1|sha256|sha512))?\$(\d{1,10})\$([A-Za-z0-9./+]{0,342})\$([A-Za-z0-9./+]{22,342})$/.exec(
      hash,
    ) ?? [];
  if (salt === undefined || key === undefined) return undefined;
  const bytes = (text: string): Buffer => Buffer.from(text.replaceAll('.', '+'), 'base64');
  return { digest, iterations: Number(iterations), salt: bytes(salt), key: bytes(key) };
};

/** Django: `pbkdf2_sha256$600000$salt$base64`. */
const django = (hash: string): Parsed | undefined => {
  const [, digest, iterations, salt, key] =
    new RegExp(`^pbkdf2_(${digests})\\$(\\d{1,10})\\$([^$]{1,128})\\$([A-Za-z0-9+/]{22,342}={0,2})$`).exec(
      hash,
    ) ?? [];
  if (digest === undefined || salt === undefined || key === undefined) return undefined;
  return { digest, iterations: Number(iterations), salt: Buffer.from(salt), key: Buffer.from(key, 'base64') };
};

/** Werkzeug: `pbkdf2:sha256:600000$salt$hex`. */
const werkzeug = (hash: string): Parsed | undefined => {
  const [, digest, iterations, salt, key] =
    new RegExp(`^pbkdf2:(${digests}):(\\d{1,10})\\$([^$]{1,128})\\$((?:[0-9a-f]{2}){16,128})$`).exec(hash) ??
    [];
  if (digest === undefined || salt === undefined || key === undefined) return undefined;
  return { digest, iterations: Number(iterations), salt: Buffer.from(salt), key: Buffer.from(key, 'hex') };
};

const parse = (hash: string): Parsed | undefined => {
  const parsed = passlib(hash) ?? django(hash) ?? werkzeug(hash);
  return parsed !== undefined && parsed.iterations >= 1 ? parsed : undefined;
};

/** RFC 8018 §5.2. */
export const pbkdf2Format: HashFormat = {
  name: 'PBKDF2',
  limits: `${maxIterations['sha512']} iterations with SHA-512 and ${maxIterations['sha256']} with SHA-1 or SHA-256, counted once for each block of the key`,
  judge(hash) {
    const parsed = parse(hash);
    if (parsed === undefined) return 'unknown';
    return costOf(parsed) <= 1 ? 'accepted' : 'too costly';
  },
  async verify(hash, password) {
    const parsed = parse(hash);
    if (parsed === undefined) return false;
    const { digest, iterations, salt, key } = parsed;
    return timingSafeEqual(await derive(password, salt, iterations, key.length, digest), key);
  },
  costOf(hash) {
    const parsed = parse(hash);
    return parsed === undefined ? 0 : costOf(parsed);
  },
  decoyOf(hash) {
    const parsed = parse(hash);
    if (parsed === undefined) return undefined;
    const { digest, iterations, key } = parsed;
    return `$pbkdf2-${digest}$${iterations}$${zeros(16)}$${zeros(key.length)}`;
  },
};
