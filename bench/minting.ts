import { createHmac, randomBytes } from 'node:crypto';
import type { Provider } from 'oidc-provider';
import {
  type Algorithm,
  audienceOf,
  challenge,
  clientOf,
  doorClient,
  type MaterialKind,
  type Order,
  opaqueAudience,
  redirectUri,
} from './cast.ts';

interface Surroundings {
  readonly provider: Provider;
  readonly accountId: string;
  readonly cookieKey: string;
  readonly cookieHash: 'sha1' | 'sha256';
  readonly sessionCookie: string;
  /** Around what one request of the server would do. */
  readonly asRequest?: (make: () => Promise<string>) => Promise<string>;
}

interface Login {
  readonly grantId: string;
  readonly session: InstanceType<Provider['Session']>;
}

/** Makes material through the models of the engine, the same for all contestants that are built on it. */
export const createMint = ({
  provider,
  accountId: known,
  cookieKey,
  cookieHash,
  sessionCookie,
  asRequest = (make) => make(),
}: Surroundings) => {
  const sessionTtl = 14 * 86_400;

  /** Each piece belongs to a sign-in of its own, as in life. */
  const signIn = async (
    clientId: string,
    audience: string,
    withSession: boolean,
    accountId = known,
  ): Promise<Login> => {
    const grant = new provider.Grant({ accountId, clientId });
    grant.addOIDCScope('openid offline_access profile email');
    grant.addResourceScope(audience, 'read');
    const grantId = await grant.save();
    const session = new provider.Session();
    session.loginAccount({ accountId, loginTs: Math.floor(Date.now() / 1000), amr: ['pwd'] });
    session.ensureClientContainer(clientId);
    session.grantIdFor(clientId, grantId);
    if (withSession) await session.save(sessionTtl);
    return { grantId, session };
  };

  const cookiesOf = ({ session }: Login): string => {
    const cookie = `${sessionCookie}=${session.jti}`;
    const seal = createHmac(cookieHash, cookieKey).update(cookie).digest('base64url');
    return `${cookie}; ${sessionCookie}.sig=${seal}`;
  };

  const makers: Record<MaterialKind, (alg: Algorithm) => Promise<string>> = {
    code: (alg) => code(clientOf(alg), audienceOf(alg), 'openid offline_access read', false),
    'session-code': (alg) => code(clientOf(alg), audienceOf(alg), 'openid read', true),
    'door-code': (alg) => code(doorClient, audienceOf(alg), 'read', false),
    async 'refresh-token'(alg) {
      return refreshToken(await signIn(clientOf(alg), audienceOf(alg), false), alg);
    },
    'opaque-code': (alg) => code(clientOf(alg), opaqueAudience, 'openid offline_access read', false),
    'userinfo-code': (alg) => code(clientOf(alg), undefined, 'openid offline_access profile email', false),
    cookies: async (alg) => cookiesOf(await signIn(clientOf(alg), audienceOf(alg), true)),
    async login(alg) {
      // Of a person each: a list of sign-ins that all share is nobody's.
      const accountId = randomBytes(16).toString('base64url');
      const login = await signIn(clientOf(alg), audienceOf(alg), true, accountId);
      await refreshToken(login, alg, accountId);
      return login.grantId;
    },
  };

  const clientNamed = async (id: string) => {
    const client = await provider.Client.find(id);
    if (!client) throw new Error(`no client ${id}`);
    return client;
  };

  const code = async (
    clientId: string,
    audience: string | undefined,
    scope: string,
    withSession: boolean,
  ) => {
    const { grantId, session } = await signIn(clientId, audience ?? audienceOf('ES256'), withSession);
    const made = new provider.AuthorizationCode({
      accountId: known,
      acr: undefined,
      amr: ['pwd'],
      authTime: session.loginTs,
      client: await clientNamed(clientId),
      codeChallenge: challenge,
      codeChallengeMethod: 'S256',
      ...(withSession && { expiresWithSession: true }),
      grantId,
      nonce: 'a-nonce-of-a-request',
      redirectUri,
      ...(audience !== undefined && { resource: audience }),
      scope,
      sessionUid: session.uid,
      sid: session.sidFor(clientId),
    } as ConstructorParameters<Provider['AuthorizationCode']>[0]);
    return made.save();
  };

  const refreshToken = async ({ grantId, session }: Login, alg: Algorithm, accountId = known) => {
    const clientId = clientOf(alg);
    const made = new provider.RefreshToken({
      accountId,
      amr: ['pwd'],
      authTime: session.loginTs,
      client: await clientNamed(clientId),
      grantId,
      gty: 'authorization_code',
      nonce: 'a-nonce-of-a-request',
      resource: audienceOf(alg),
      rotations: 0,
      scope: 'openid offline_access read',
      sessionUid: session.uid,
      sid: session.sidFor(clientId),
    } as ConstructorParameters<Provider['RefreshToken']>[0]);
    return made.save();
  };

  return async ({ kind, alg, count }: Order): Promise<string[]> => {
    const made: string[] = [];
    for (let i = 0; i < count; i++) made.push(await asRequest(() => makers[kind](alg)));
    return made;
  };
};
