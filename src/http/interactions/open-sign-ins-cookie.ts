import type { IncomingMessage } from 'node:http';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import { routes } from '../../provider/paths.ts';
import type { ProviderSettings } from '../../provider/provider-settings.ts';
import { cookies } from '../../provider/settings/cookies.ts';
import { nextStepCookieName } from './next-step-cookie.ts';
import { interactionPath } from './path.ts';
import { bindingCookieName } from './same-browser.ts';

/** Each has up to six cookies with a path of its own. Browsers keep about 180 for all hosts of a domain. */
const maxOpen = 16;
/** One becomes too old at a time. Proxies limit the headers of a response, and this server writes no longer list. */
const maxRemovals = 2;
/** The oldest cookie that it lists lives as long. */
const maxAgeSeconds = 86_400;
/** The authorization endpoint and the page for user codes are below it. */
const path = '/oauth';

/** `~` marks a sign-in for a device. */
const entryPattern = /^~?[A-Za-z0-9_-]{20,64}$/;

/**
 * The browser's last sign-ins, by the uid of each step. An abandoned one leaves cookies with the path of its step, which
 * no other request shows to the server. So they are listed, and the oldest are removed.
 */
export const limitOpenSignIns = ({ issuer }: Pick<Config, 'issuer'>): ProviderSettings => {
  const secure = issuer.startsWith('https:');
  const name = secure ? '__Secure-postern_open' : 'postern_open';
  const { interaction, resume } = cookies({ issuer }, []).cookies.names;
  const expired = (cookie: string, at: string): string =>
    serializeCookie(cookie, '', { maxAge: 0, secure, path: at });

  const read = ({ headers }: IncomingMessage): readonly string[] =>
    (cookieIn(headers, name) ?? '').split('.').filter((entry) => entryPattern.test(entry));

  const removalOf = (entry: string): readonly string[] => {
    const isDevice = entry.startsWith('~');
    const uid = isDevice ? entry.slice(1) : entry;
    const page = interactionPath(uid);
    const resumed = `${isDevice ? routes.code_verification : routes.authorization}/${uid}`;
    return [
      ...[interaction, `${interaction}.sig`, nextStepCookieName(issuer)].map((one) => expired(one, page)),
      ...[resume, `${resume}.sig`, bindingCookieName(issuer)].map((one) => expired(one, resumed)),
    ];
  };

  const list = (ctx: KoaContextWithOIDC): void => {
    const uid = ctx.oidc.entities.Interaction?.uid;
    if (uid === undefined) return;
    const isDevice = ctx.oidc.deviceCode !== undefined;
    const open = [...read(ctx.req), isDevice ? `~${uid}` : uid];
    const kept = open.splice(-maxOpen);
    ctx.append('Set-Cookie', [
      serializeCookie(name, kept.join('.'), { maxAge: maxAgeSeconds, secure, path }),
      ...open.slice(-maxRemovals).flatMap(removalOf),
    ]);
  };

  return { listeners: { 'interaction.started': list } };
};
