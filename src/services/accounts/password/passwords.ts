import { randomBytes } from 'node:crypto';
import type { Config } from '#config';
import { exitCode, Failure } from '../../../errors.ts';
import { type Argon2Cost, argon2Format, hashArgon2, isCurrent } from './argon2.ts';
import { bcryptFormat } from './bcrypt.ts';
import { guessable, namesIn } from './guessable.ts';
import type { HashFormat, HashKind, KindsInUse } from './hash-format.ts';
import { pbkdf2Format } from './pbkdf2.ts';
import { createQueue, type QueueLoad } from './queue.ts';
import { scryptFormat } from './scrypt.ts';

export type PasswordSettings = Config['security']['password'];

interface VerifyOptions {
  readonly kindsInUse: KindsInUse;
  /** Whether a right password is accepted. If not, it costs what every refusal does. */
  readonly isUsable?: boolean;
}

export interface Passwords {
  /** Accounts take turns, so that one which asks for many hashes doesn't hold the others. */
  hash(password: string, account: string): Promise<string>;
  /**
   * An undefined hash never matches. Every refusal costs a hash by the settings in force, and one of each other kind that is
   * in use, whichever kind the hash is of.
   */
  verify(
    hash: string | undefined,
    password: string,
    account: string,
    options: VerifyOptions,
  ): Promise<boolean>;
  /** Undefined for a hash that costs too much to spend it on a refusal of others. */
  kindOf(hash: string): HashKind | undefined;
  /** Whether the hash has another algorithm or other costs than the settings. */
  isOutdated(hash: string): boolean;
  /** Throws a Failure that names the broken rule. The password must not consist of the names that are given. */
  checkNew(password: string, names?: readonly string[]): void;
  checkImported(hash: string): void;
  /** A sentence that says why no account can get this hash; undefined when one can. */
  problemOf(hash: string): string | undefined;
  /** How many hashes are running and waiting. */
  load(): QueueLoad;
}

const formats = [argon2Format, bcryptFormat, scryptFormat, pbkdf2Format];

const formatOf = (hash: string): HashFormat | undefined =>
  formats.find((format) => format.judge(hash) !== 'unknown');

const decoyOf = (hash: string): string => formatOf(hash)?.decoyOf(hash) ?? '';

const costOf = (settings: PasswordSettings): Argon2Cost => ({
  memoryKib: settings.memory_kib,
  passes: settings.passes,
  parallelism: settings.parallelism,
});

/**
 * A sentence that says why no account can get this hash; undefined when one can. What the settings ask for may cost as much
 * as the operator wants.
 */
export const hashProblem = (hash: string, settings: PasswordSettings): string | undefined => {
  if (isCurrent(hash, costOf(settings))) return undefined;
  const judged = formats.map((format) => ({ format, verdict: format.judge(hash) }));
  if (judged.some(({ verdict }) => verdict === 'accepted')) return undefined;
  const costly = judged.find(({ verdict }) => verdict === 'too costly')?.format;
  return costly
    ? `The password hash costs more than a sign-in may: ${costly.name} is accepted up to ${costly.limits}. Leave the hash out and give the account a new password.`
    : 'The password hash is of no known kind: give argon2id, argon2i (PHC string), bcrypt ($2a$, $2b$, $2y$), scrypt or PBKDF2.';
};

const refuse = (code: string, message: string): Failure =>
  new Failure({ code, message, status: 422, exit: exitCode.usage });

/** Keyboards differ in how they compose characters. NFC gives the same bytes for the same password. */
const normalize = (password: string): string => password.normalize('NFC');

export const createPasswords = (settings: PasswordSettings, service: readonly string[] = []): Passwords => {
  const namesOfService = namesIn(...service);
  const cost = costOf(settings);
  const queue = createQueue(settings.max_concurrent, settings.max_queued);
  const isTooLong = (password: string): boolean => Buffer.byteLength(password) > settings.max_length;
  // The tag is random bytes, so no password matches, and the start needn't wait for a hash.
  const decoy = `$argon2id$v=19$m=${cost.memoryKib},t=${cost.passes},p=${cost.parallelism}$${[16, 32]
    .map((length) => randomBytes(length).toString('base64').replaceAll('=', ''))
    .join('$')}`;

  return {
    hash: (password, account) => queue(account, () => hashArgon2(normalize(password), cost)),
    async verify(stored, password, account, { kindsInUse, isUsable = true }) {
      // One that was accepted by former limits still signs its owner in, who gets a cheaper one by that.
      const known = stored === undefined ? undefined : formatOf(stored);
      const [format, against] = known && stored !== undefined ? [known, stored] : [argon2Format, decoy];
      // The length is limited, because otherwise an attacker could choose how much work hashing is.
      const candidate = isTooLong(password) ? '' : normalize(password);
      return queue(account, async () => {
        const matches = (await format.verify(against, candidate)) && against !== decoy && candidate !== '';
        if (matches && isUsable) return true;
        const others = new Set([decoyOf(decoy), ...(await kindsInUse())]);
        others.delete(decoyOf(against));
        for (const other of others) await formatOf(other)?.verify(other, candidate);
        return matches;
      });
    },
    kindOf(hash) {
      const kind = decoyOf(hash);
      const format = formatOf(kind);
      return format?.judge(kind) === 'accepted' ? { decoy: kind, cost: format.costOf(kind) } : undefined;
    },
    load: queue.load,
    isOutdated: (stored) => !isCurrent(stored, cost),
    checkNew(password, names = []) {
      if ([...password].length < settings.min_length) {
        throw refuse('password_too_short', `The password needs at least ${settings.min_length} characters.`);
      }
      if (isTooLong(password)) {
        throw refuse('password_too_long', `The password may have at most ${settings.max_length} bytes.`);
      }
      const found = guessable(password, [...namesIn(...names), ...namesOfService]);
      if (found === 'common') {
        throw refuse(
          'password_common',
          'This password is among the first that attackers try; choose another one.',
        );
      }
      if (found === 'personal') {
        throw refuse(
          'password_personal',
          'The password has little more than names of this account or service; choose another one.',
        );
      }
    },
    problemOf: (hash) => hashProblem(hash, settings),
    checkImported(stored) {
      const problem = hashProblem(stored, settings);
      if (problem !== undefined) throw refuse('password_hash_unknown', problem);
    },
  };
};
