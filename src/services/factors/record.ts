import type { Document, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { factorsKey } from '../accounts/index.ts';

export interface AuthenticatorRecord {
  readonly id: string;
  /** The shared secret, encrypted. Codes are computed from it, so a hash is not enough. */
  readonly secret: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  /** The newest time step whose code was accepted. No code of it, or of one before it, is accepted again. */
  readonly lastStep: number;
}

export interface RecoveryRecord {
  readonly createdAt: number;
  /** Hashes of the codes that were not used. */
  readonly codes: readonly string[];
}

/** The second factors of one account, in the family of the account. */
export interface FactorsRecord {
  readonly authenticators: readonly AuthenticatorRecord[];
  readonly recovery?: RecoveryRecord;
  /** When a sign-in asked the person for a second factor for the first time. The grace period begins then. */
  readonly askedAt?: number;
  /** Browsers that were remembered before don't count any more. */
  readonly forgottenAt?: number;
}

const format = record<FactorsRecord>('factors');

export const noFactors: FactorsRecord = { authenticators: [] };

export const withoutRecovery = ({ recovery: _, ...factors }: FactorsRecord): FactorsRecord => factors;

export const readFactors = (document: Document | undefined): FactorsRecord =>
  document === undefined ? noFactors : format.decode(document.body);

/** Fails when the factors have changed since `document` was read. */
export const writeFactors = (
  account: string,
  document: Document | undefined,
  factors: FactorsRecord,
): Write => {
  const key = factorsKey(account);
  const body = format.encode(factors);
  return document === undefined
    ? { op: 'insert', key, body }
    : { op: 'replace', key, body, expected: document.body };
};
