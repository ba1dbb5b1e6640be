/**
 * Time-based one-time passwords (RFC 6238 over RFC 4226), with the parameters that every authenticator app reads: SHA-1,
 * six digits, steps of 30 seconds.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const digits = 6;
const stepMs = 30_000;
/** The clocks of a phone and a server differ, and typing takes time (RFC 6238 §5.2). */
const toleratedSteps = [0, -1, 1];

export const stepAt = (now: number): number => Math.floor(now / stepMs);

/** The code of one step (RFC 4226 §5.3). */
export const codeOfStep = (secret: Uint8Array, step: number): string => {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const digest = createHmac('sha1', secret).update(counter).digest();
  const offset = (digest.at(-1) ?? 0) & 15;
  const number = digest.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 10 ** digits).padStart(digits, '0');
};

/** Apps show codes in groups, and people copy them with spaces. */
const normalize = (typed: string): string => typed.replaceAll(/[\s-]/g, '');

const isSame = (one: string, other: string): boolean => {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
};

/** The step whose code was typed. All steps are compared, so the time tells nothing about the code. */
export const findStep = (secret: Uint8Array, typed: string, now: number): number | undefined => {
  const code = normalize(typed);
  const steps = toleratedSteps.map((offset) => stepAt(now) + offset);
  return steps.filter((step) => isSame(code, codeOfStep(secret, step)))[0];
};
