import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { type HashFormat, zeros } from './hash-format.ts';

interface Parsed {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly key: Buffer;
}

const maxMemory = 256 * 1024 * 1024;
const maxLanes = 16;
/** About two seconds of one core. */
const maxWork = 4_500_000;

/** PHC strings, as passlib writes them: `$scrypt$ln=15,r=8,p=1$salt$key`. */
const phc = (hash: string): Parsed | undefined => {
  const [, ln, r, p, salt, key] =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,3}),p=(\d{1,3})\$([A-Za-z0-9+/]{1,86})\$([A-Za-z0-9+/]{22,86})$/.exec(
      hash,
    ) ?? [];
  if (salt === undefined || key === undefined) return undefined;
  return {
    N: 2 ** Number(ln),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  };
};

/** Django: `scrypt$16384$salt$8$1$base64`. */
const django = (hash: string): Parsed | undefined => {
  const [, n, salt, r, p, key] =
    /^scrypt\$(\d{1,8})\$([^$]{1,64})\$(\d{1,3})\$(\d{1,3})\$([A-Za-z0-9+/]{22,86}={0,2})$/.exec(hash) ?? [];
  if (salt === undefined || key === undefined) return undefined;
  return {
    N: Number(n),
    r: Number(r),
    p: Number(p),
    salt: Buffer.from(salt),
    key: Buffer.from(key, 'base64'),
  };
};

/** Werkzeug: `scrypt:32768:8:1$salt$hex`. */
const werkzeug = (hash: string): Parsed | undefined => {
  const [, n, r, p, salt, key] =
    /^scrypt:(\d{1,8}):(\d{1,3}):(\d{1,3})\$([^$]{1,64})\$((?:[0-9a-f]{2}){16,64})$/.exec(hash) ?? [];
  if (salt === undefined || key === undefined) return undefined;
  return { N: Number(n), r: Number(r), p: Number(p), salt: Buffer.from(salt), key: Buffer.from(key, 'hex') };
};

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The base64 of crypt(3): six bits a character, the lowest first. */
const crypt64 = (text: string): number =>
  [...text].reduce((sum, character, position) => sum + alphabet.indexOf(character) * 64 ** position, 0);

const crypt64Bytes = (text: string): Buffer => {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at += 4) {
    const group = text.slice(at, at + 4);
    const value = crypt64(group);
    for (let byte = 0; byte < group.length - 1; byte += 1) bytes.push(Math.floor(value / 256 ** byte) % 256);
  }
  return Buffer.from(bytes);
};

/** crypt(3) `$7$`, as libxcrypt and libsodium write it. The salt is used as text, without decoding. */
const crypt = (hash: string): Parsed | undefined => {
  const [, ln, r, p, salt, key] =
    /^\$7\$([./0-9A-Za-z])([./0-9A-Za-z]{5})([./0-9A-Za-z]{5})([./0-9A-Za-z]{0,64})\$([./0-9A-Za-z]{43})$/.exec(
      hash,
    ) ?? [];
  if (ln === undefined || r === undefined || p === undefined || salt === undefined || key === undefined) {
    return undefined;
  }
  return {
    N: 2 ** crypt64(ln),
    r: crypt64(r),
    p: crypt64(p),
    salt: Buffer.from(salt),
    key: crypt64Bytes(key),
  };
};

const parse = (hash: string): Parsed | undefined => {
  const parsed = phc(hash) ?? django(hash) ?? werkzeug(hash) ?? crypt(hash);
  if (parsed === undefined) return undefined;
  const { N, r, p } = parsed;
  const isPowerOfTwo = N >= 2 && Number.isInteger(Math.log2(N));
  // RFC 7914 §2: N is less than 2^(128·r/8).
  return isPowerOfTwo && r >= 1 && p >= 1 && Math.log2(N) < 16 * r ? parsed : undefined;
};

/** The lanes take turns. What is before and after the N rounds of a lane costs about eight more (RFC 7914 §6). */
const costOf = ({ N, r, p }: Parsed): number => ((N + 8) * r * p) / maxWork;

const isWithinLimits = (parsed: Parsed): boolean =>
  parsed.p <= maxLanes && 128 * parsed.N * parsed.r <= maxMemory && costOf(parsed) <= 1;

const derive = (password: string, salt: Buffer, length: number, options: ScryptOptions): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, length, options, (error, key) => (error === null ? resolve(key) : reject(error)));
  });

/** RFC 7914. */
export const scryptFormat: HashFormat = {
  name: 'scrypt',
  limits: `${maxMemory / 1024 / 1024} MiB, ${maxLanes} lanes, and N·r·p of ${maxWork}`,
  judge(hash) {
    const parsed = parse(hash);
    if (parsed === undefined) return 'unknown';
    return isWithinLimits(parsed) ? 'accepted' : 'too costly';
  },
  async verify(hash, password) {
    const parsed = parse(hash);
    if (parsed === undefined) return false;
    const { N, r, p, salt, key } = parsed;
    // OpenSSL counts its working memory too: 128·r·(N + p) and a little more.
    const maxmem = 128 * r * (N + p + 2) + 1024 * 1024;
    return timingSafeEqual(await derive(password, salt, key.length, { N, r, p, maxmem }), key);
  },
  costOf(hash) {
    const parsed = parse(hash);
    return parsed === undefined ? 0 : costOf(parsed);
  },
  decoyOf(hash) {
    const parsed = parse(hash);
    if (parsed === undefined) return undefined;
    const { N, r, p, key } = parsed;
    return `$scrypt$ln=${Math.log2(N)},r=${r},p=${p}$${zeros(16)}$${zeros(key.length)}`;
  },
};
