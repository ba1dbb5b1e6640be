import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type HashFormat, toB64, zeros } from './hash-format.ts';

export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

const derive = promisify(argon2);
const saltBytes = 16;
const tagBytes = 32;
const maxCost = { memoryKib: 1024 * 1024, passes: 64, parallelism: 64 };
/** About two seconds of one core. The lanes share the memory, so they cost nothing more. */
const maxMemoryOfAllPasses = 1.5 * 1024 * 1024;

const pattern =
  /^\$(argon2id|argon2i)\$v=19\$m=(\d{1,10}),t=(\d{1,10}),p=(\d{1,10})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{16,86})$/;

const parse = (hash: string) => {
  const [, algorithm, memory, passes, parallelism, salt, tag] = pattern.exec(hash) ?? [];
  if (algorithm !== 'argon2id' && algorithm !== 'argon2i') return undefined;
  const cost = { memoryKib: Number(memory), passes: Number(passes), parallelism: Number(parallelism) };
  // RFC 9106 §3.1 has these lower bounds.
  if (cost.passes < 1 || cost.parallelism < 1 || cost.memoryKib < 8 * cost.parallelism) return undefined;
  return {
    algorithm,
    cost,
    salt: Buffer.from(salt ?? '', 'base64'),
    tag: Buffer.from(tag ?? '', 'base64'),
  } as const;
};

const isWithinLimits = ({ memoryKib, passes, parallelism }: Argon2Cost): boolean =>
  passes <= maxCost.passes &&
  parallelism <= maxCost.parallelism &&
  memoryKib <= maxCost.memoryKib &&
  memoryKib * passes <= maxMemoryOfAllPasses;

/** RFC 9106, as a PHC string. */
export const hashArgon2 = async (password: string, cost: Argon2Cost): Promise<string> => {
  const nonce = randomBytes(saltBytes);
  const tag = await derive('argon2id', {
    message: password,
    nonce,
    parallelism: cost.parallelism,
    tagLength: tagBytes,
    memory: cost.memoryKib,
    passes: cost.passes,
  });
  return `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${cost.parallelism}$${toB64(nonce)}$${toB64(tag)}`;
};

export const isCurrent = (hash: string, cost: Argon2Cost): boolean => {
  const parsed = parse(hash);
  return (
    parsed?.algorithm === 'argon2id' &&
    parsed.tag.length === tagBytes &&
    parsed.cost.memoryKib === cost.memoryKib &&
    parsed.cost.passes === cost.passes &&
    parsed.cost.parallelism === cost.parallelism
  );
};

export const argon2Format: HashFormat = {
  name: 'argon2',
  limits: `${maxCost.memoryKib / 1024} MiB, ${maxCost.passes} passes, ${maxCost.parallelism} lanes, and ${maxMemoryOfAllPasses / 1024} MiB for all passes together`,
  judge(hash) {
    const parsed = parse(hash);
    if (parsed === undefined) return 'unknown';
    return isWithinLimits(parsed.cost) ? 'accepted' : 'too costly';
  },
  async verify(hash, password) {
    const parsed = parse(hash);
    if (parsed === undefined) return false;
    const tag = await derive(parsed.algorithm, {
      message: password,
      nonce: parsed.salt,
      parallelism: parsed.cost.parallelism,
      tagLength: parsed.tag.length,
      memory: parsed.cost.memoryKib,
      passes: parsed.cost.passes,
    });
    return timingSafeEqual(tag, parsed.tag);
  },
  costOf(hash) {
    const { memoryKib = 0, passes = 0 } = parse(hash)?.cost ?? {};
    return (memoryKib * passes) / maxMemoryOfAllPasses;
  },
  decoyOf(hash) {
    const parsed = parse(hash);
    if (parsed === undefined) return undefined;
    const { memoryKib, passes, parallelism } = parsed.cost;
    const cost = `m=${memoryKib},t=${passes},p=${parallelism}`;
    return `$${parsed.algorithm}$v=19$${cost}$${zeros(saltBytes)}$${zeros(parsed.tag.length)}`;
  },
};
