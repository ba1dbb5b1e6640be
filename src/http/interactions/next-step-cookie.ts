import type { IncomingHttpHeaders } from 'node:http';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import type { ProviderSettings } from '../../provider/provider-settings.ts';
import { interactionPath } from './path.ts';

/** What a browser remembers of a page of an interaction: the client, and the page that came next. */
export interface NextStep {
  readonly client: string;
  readonly next?: string;
}

/** Longer than an interaction lives, because tabs are left open overnight. */
const maxAgeSeconds = 86_400;
const uidPattern = /^[A-Za-z0-9_-]+$/;

export const nextStepCookieName = (issuer: string): string =>
  issuer.startsWith('https:') ? '__Secure-postern_trail' : 'postern_trail';

/**
 * A cookie with the path of the page, so that no other page receives it. It needs no MAC: it only leads to addresses that
 * are registered, or to another page of this server, which requires its own cookie.
 */
export const createNextStepCookie = ({ issuer }: Pick<Config, 'issuer'>) => {
  const secure = issuer.startsWith('https:');
  const name = nextStepCookieName(issuer);
  return {
    cookie(uid: string, { client, next }: NextStep): string {
      const value = [Buffer.from(client).toString('base64url'), ...(next === undefined ? [] : [next])].join(
        '.',
      );
      return serializeCookie(name, value, { maxAge: maxAgeSeconds, secure, path: interactionPath(uid) });
    },
    read(headers: IncomingHttpHeaders): NextStep | undefined {
      const [client = '', next] = (cookieIn(headers, name) ?? '').split('.');
      if (client === '') return undefined;
      return {
        client: Buffer.from(client, 'base64url').toString(),
        ...(next !== undefined && uidPattern.test(next) && { next }),
      };
    },
  };
};

/**
 * Sets the cookie with the redirect to the next page. A browser that sends a form twice drops the first redirect, and the
 * second answer finds the next page by this cookie.
 */
export const rememberNextStep = (config: Pick<Config, 'issuer'>): ProviderSettings => {
  const nextStepCookie = createNextStepCookie(config);
  return {
    listeners: {
      'interaction.started': (ctx) => {
        const { client, entities, result } = ctx.oidc;
        const from = result?.['from'];
        const next = entities.Interaction?.uid;
        if (typeof from !== 'string' || client === undefined || next === undefined) return;
        ctx.append('Set-Cookie', nextStepCookie.cookie(from, { client: client.clientId, next }));
      },
    },
  };
};
