import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { runInUnitOfWork } from '../../store/current-unit-of-work.ts';
import type { Store } from '../../store/port.ts';
import { asyncLocalStorage } from '../internals.ts';
import { setRequestContext } from '../request-context.ts';
import { cookies } from '../settings/cookies.ts';

interface Dependencies {
  readonly provider: Provider;
  readonly store: Store;
}

interface Renewal {
  readonly raw: IncomingMessage;
  readonly correlationId: string;
  /** The client's address, as far as trusted proxies report it. */
  readonly address: string;
  /** When the person gave the password or the code, in milliseconds since the epoch. */
  readonly at: number;
  /** What the person has proven besides; without it the session is as strong as it was. */
  readonly strength?: { readonly amr: readonly string[]; readonly acr?: string | undefined };
}

/**
 * Continues the session of a browser in which the person has just given the password again: the session gets a new time
 * of sign-in and a new cookie, so that a stolen one ends. Returns the `Set-Cookie` lines, and none for a session that was
 * ended meanwhile.
 */
export const renewSignIn = async (
  { provider, store }: Dependencies,
  { raw, correlationId, address, at, strength }: Renewal,
): Promise<readonly string[]> => {
  const { long } = cookies({ issuer: provider.issuer }, []).cookies;
  const ctx = provider.createContext(raw, new ServerResponse(raw));
  ctx.cookies.secure = long.secure;
  setRequestContext(raw, { correlationId, address, endpoint: 'pages' });
  // Storage asks this context where the request comes from.
  return asyncLocalStorage.run(ctx, () =>
    runInUnitOfWork(store, async (work) => {
      const session = await provider.Session.get(ctx);
      if (session.accountId === undefined) return [];
      session.loginTs = Math.floor(at / 1000);
      Object.assign(session, {
        loginMs: at % 1000,
        beganAt: undefined,
        authTs: undefined,
        saidTs: undefined,
      });
      if (strength) Object.assign(session, { amr: [...strength.amr], acr: strength.acr });
      session.resetIdentifier();
      await session.persist();
      await work.commit();
      const isKept = !session.transient && session.exp !== undefined;
      ctx.cookies.set(provider.cookieName('session'), session.jti, {
        ...long,
        ...(isKept && { expires: new Date(session.exp * 1000) }),
      });
      return [ctx.response.headers['set-cookie'] ?? []].flat().map(String);
    }),
  );
};
