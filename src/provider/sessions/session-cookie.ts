import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { modelKey } from '../storage/ids.ts';

const removeCookies = (ctx: KoaContextWithOIDC, isRemoved: (line: string) => boolean): void => {
  const kept = [ctx.response.get('set-cookie') || []].flat().filter((line) => !isRemoved(line));
  ctx.remove('set-cookie');
  if (kept.length > 0) ctx.set('set-cookie', kept);
};

const isOfSession = (provider: Provider, line: string): boolean => {
  const name = provider.cookieName('session');
  return line.startsWith(`${name}=`) || line.startsWith(`${name}.sig=`);
};

/** The cookies of a response that is replaced are void, except that of the session: a sign-in may have been stored. */
export const removeOtherCookies = (provider: Provider, ctx: KoaContextWithOIDC): void =>
  removeCookies(ctx, (line) => !isOfSession(provider, line));

/** If a refused request did not store its session, the browser keeps the session cookie that it has. */
export const keepFormerSessionCookie = (
  provider: Provider,
  ctx: KoaContextWithOIDC,
  work: UnitOfWork,
): void => {
  const uid = ctx.oidc?.session?.uid;
  const key = uid === undefined ? undefined : modelKey('Session', uid);
  if (key && work.hasCommitted(key)) return;
  removeCookies(ctx, (line) => isOfSession(provider, line));
};
