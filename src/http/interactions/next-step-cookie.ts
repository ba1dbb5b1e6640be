import type { IncomingHttpHeaders } from 'node:http';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import type { ProviderSettings } from '../../provider/provider-settings.ts';

/** What a page that is gone leaves behind in the browser: which application it was for, and which page came after it. */
export interface NextStep {
  readonly client: string;
  readonly next?: string;
}

/** Well beyond the life of an interaction: tabs are left open over night. */
const maxAgeSeconds = 86_400;
const uidPattern = /^[A-Za-z0-9_-]+$/;

/**
 * A cookie under the path of the page itself, which no other page gets. It opens nothing: it leads to addresses that
 * are registered, or to a page of ours that has a cookie of its own.
 */
export const createNextStepCookie = ({ issuer }: Pick<Config, 'issuer'>) => {
  const secure = issuer.startsWith('https:');
  const name = secure ? '__Secure-postern_trail' : 'postern_trail';
  return {
    cookie(uid: string, { client, next }: NextStep): string {
      const value = [Buffer.from(client).toString('base64url'), ...(next === undefined ? [] : [next])].join(
        '.',
      );
      return serializeCookie(name, value, { maxAge: maxAgeSeconds, secure, path: `/interaction/${uid}` });
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
 * Goes out with the redirect to the page that comes next: whoever sends a form again before that page is there gives up
 * that redirect for this one, and is to find the way all the same.
 */
export const rememberNextStep = (config: Pick<Config, 'issuer'>): ProviderSettings => {
  const nextStepCookie = createNextStepCookie(config);
  return {
    attach(provider) {
      provider.on('interaction.started', (ctx: KoaContextWithOIDC) => {
        const { client, entities, result } = ctx.oidc;
        const from = result?.['from'];
        const next = entities.Interaction?.uid;
        if (typeof from !== 'string' || client === undefined || next === undefined) return;
        ctx.append('Set-Cookie', nextStepCookie.cookie(from, { client: client.clientId, next }));
      });
    },
  };
};
