import { hash, timingSafeEqual } from 'node:crypto';
import { RegistrationRefused } from './errors.ts';

const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/** RFC 6750 §2.1. */
export const bearerTokenIn = (header: string | undefined): string => {
  const token = bearer.exec(header ?? '')?.[1];
  if (token === undefined)
    throw new RegistrationRefused(401, 'invalid_token', 'send a token as Authorization: Bearer');
  return token;
};

export const digestOf = (token: string): Buffer => hash('sha256', token, 'buffer');

/** Compares with every token, so that the time doesn't reveal which one nearly matched. */
export const isOneOf = (token: string, accepted: readonly string[]): boolean => {
  const digest = digestOf(token);
  return accepted.map((other) => timingSafeEqual(digestOf(other), digest)).includes(true);
};
