import { createHash, randomBytes } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import { macOf, verifyMac } from '../../form-mac.ts';
import { routes } from '../../provider/paths.ts';
import { accountCallbackPath, accountClientId, accountPath, consolePath } from '../clients/index.ts';

interface Dependencies {
  readonly config: Pick<Config, 'issuer'>;
  /** Sign the state, newest first. */
  readonly cookieKeys: () => readonly string[];
}

interface AskedSignIn {
  /** Path and query of the page that the person wants to see. */
  readonly returnTo: string;
  /** The origin of that page, where it is at another port than the issuer. The caller has checked it. */
  readonly origin?: string;
  /** `max_age`, `prompt`, `acr_values`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** What the callback compares with the code. */
export interface StartedSignIn {
  readonly returnTo: string;
  readonly nonce: string;
  readonly challenge: string;
}

export interface SignInRequests {
  /** Redirects to the authorization endpoint, and gives the browser its cookie. */
  start(request: FastifyRequest, reply: FastifyReply, asked: AskedSignIn): FastifyReply;
  /** Undefined for a state that this browser has not got from this server. */
  find(request: FastifyRequest, state: string): StartedSignIn | undefined;
}

const randomValue = (): string => randomBytes(32).toString('base64url');
const digest = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

const valuePattern = /^[A-Za-z0-9_-]{43}$/;
const maxReturnLength = 512;

export const accountSignInPath = `${accountPath}/sign-in`;

/** A link that signs a person in and leads to a page of the account, for pages that are no part of a section. */
export const accountSignInHref = (to: string): string =>
  `${accountSignInPath}?${new URLSearchParams({ to })}`;

/** Anybody can make a link to a sign-in, so it leads to an account page or to the console, and nowhere else. */
const pageOf = (target: string): string => {
  const base = 'http://own.invalid';
  const url = URL.parse(target, base);
  if (url?.origin !== base) return accountPath;
  const { pathname, search } = url;
  const own = [accountPath, consolePath].find((path) => pathname === path || pathname.startsWith(`${path}/`));
  if (own === undefined) return accountPath;
  return target.length <= maxReturnLength ? `${pathname}${search}` : own;
};

/**
 * The authorization requests of the built-in client. The browser has one secret value in a cookie. Verifier and nonce are
 * derived from it and the random part of the state, so that any number of tabs can sign in at once and nothing is stored.
 */
export const createSignInRequests = ({ config: { issuer }, cookieKeys }: Dependencies): SignInRequests => {
  const secure = issuer.startsWith('https:');
  const cookie = secure ? '__Host-postern_account' : 'postern_account';
  const secretOf = ({ headers }: FastifyRequest): string | undefined => {
    const value = cookieIn(headers, cookie) ?? '';
    return valuePattern.test(value) ? value : undefined;
  };
  const verifierOf = (secret: string, id: string): string => digest('verifier', secret, id);
  const nonceOf = (secret: string, id: string): string => digest('nonce', secret, id);
  const subject = (secret: string, id: string, returnTo: string) =>
    ['account sign-in', secret, id, returnTo] as const;

  return {
    start(request, reply, { returnTo, origin, parameters = {} }) {
      const known = secretOf(request);
      const secret = known ?? randomValue();
      if (known === undefined) reply.header('set-cookie', serializeCookie(cookie, secret, { secure }));
      const id = randomValue();
      const target = `${origin ?? ''}${pageOf(returnTo)}`;
      const state = [
        id,
        Buffer.from(target).toString('base64url'),
        macOf(subject(secret, id, target), cookieKeys()),
      ].join('.');
      const query = new URLSearchParams({
        ...parameters,
        client_id: accountClientId,
        response_type: 'code',
        redirect_uri: `${issuer}${accountCallbackPath}`,
        scope: 'openid',
        state,
        nonce: nonceOf(secret, id),
        code_challenge: createHash('sha256').update(verifierOf(secret, id)).digest('base64url'),
        code_challenge_method: 'S256',
      });
      return reply
        .header('cache-control', 'no-store')
        .redirect(`${origin === undefined ? '' : issuer}${routes.authorization}?${query.toString()}`, 303);
    },

    find(request, state) {
      const secret = secretOf(request);
      const [id = '', encoded = '', mac] = state.split('.');
      const returnTo = Buffer.from(encoded, 'base64url').toString();
      if (secret === undefined || !verifyMac(mac, subject(secret, id, returnTo), cookieKeys()))
        return undefined;
      return {
        returnTo,
        nonce: nonceOf(secret, id),
        challenge: createHash('sha256').update(verifierOf(secret, id)).digest('base64url'),
      };
    },
  };
};
