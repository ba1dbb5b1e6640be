import { createHmac, randomBytes } from 'node:crypto';
import type { Provider } from 'oidc-provider';
import {
  type Algorithm,
  apiCodeClient,
  audienceOf,
  type CredentialKind,
  challenge,
  clientOf,
  type MintRequest,
  opaqueAudience,
  redirectUri,
} from './fixtures.ts';

interface MinterOptions {
  readonly provider: Provider;
  /** Each credential is made for the next account. */
  readonly nextAccountId: () => string;
  readonly cookieKey: string;
  readonly cookieHash: 'sha1' | 'sha256';
  readonly sessionCookie: string;
  /** Wraps the work of one request, as the server does. */
  readonly runAsRequest?: (make: () => Promise<string>) => Promise<string>;
}

interface Login {
  readonly accountId: string;
  readonly grantId: string;
  readonly session: InstanceType<Provider['Session']>;
}

/** Makes credentials through the models of oidc-provider, for every subject that is built on it. */
export const createMinter = ({
  provider,
  nextAccountId,
  cookieKey,
  cookieHash,
  sessionCookie,
  runAsRequest = (make) => make(),
}: MinterOptions) => {
  const sessionTtl = 14 * 86_400;

  /** Each credential belongs to a separate sign-in, as it does in production. */
  const signIn = async (
    clientId: string,
    audience: string,
    withSession: boolean,
    accountId = nextAccountId(),
  ): Promise<Login> => {
    const grant = new provider.Grant({ accountId, clientId });
    grant.addOIDCScope('openid offline_access profile email groups');
    grant.addResourceScope(audience, 'read');
    const grantId = await grant.save();
    const session = new provider.Session();
    session.loginAccount({ accountId, loginTs: Math.floor(Date.now() / 1000), amr: ['pwd'] });
    session.ensureClientContainer(clientId);
    session.grantIdFor(clientId, grantId);
    if (withSession) await session.save(sessionTtl);
    return { accountId, grantId, session };
  };

  const signedCookies = ({ session }: Login): string => {
    const cookie = `${sessionCookie}=${session.jti}`;
    const signature = createHmac(cookieHash, cookieKey).update(cookie).digest('base64url');
    return `${cookie}; ${sessionCookie}.sig=${signature}`;
  };

  const mintByKind: Record<CredentialKind, (alg: Algorithm) => Promise<string>> = {
    code: (alg) => mintCode(clientOf(alg), audienceOf(alg), 'openid offline_access read', false),
    'session-code': (alg) => mintCode(clientOf(alg), audienceOf(alg), 'openid read', true),
    'groups-code': (alg) =>
      mintCode(clientOf(alg), audienceOf(alg), 'openid offline_access groups read', false),
    'api-code': (alg) => mintCode(apiCodeClient, audienceOf(alg), 'read', false),
    async 'refresh-token'(alg) {
      return mintRefreshToken(await signIn(clientOf(alg), audienceOf(alg), false), alg);
    },
    'opaque-code': (alg) => mintCode(clientOf(alg), opaqueAudience, 'openid offline_access read', false),
    'userinfo-code': (alg) =>
      mintCode(clientOf(alg), undefined, 'openid offline_access profile email', false),
    cookies: async (alg) => signedCookies(await signIn(clientOf(alg), audienceOf(alg), true)),
    async login(alg) {
      // Each login has its own account: no real account has thousands of sign-ins in its list.
      const accountId = randomBytes(16).toString('base64url');
      const login = await signIn(clientOf(alg), audienceOf(alg), true, accountId);
      await mintRefreshToken(login, alg);
      return login.grantId;
    },
  };

  const getClient = async (id: string) => {
    const client = await provider.Client.find(id);
    if (!client) throw new Error(`the client ${id} is missing`);
    return client;
  };

  const mintCode = async (
    clientId: string,
    audience: string | undefined,
    scope: string,
    withSession: boolean,
  ) => {
    const { accountId, grantId, session } = await signIn(
      clientId,
      audience ?? audienceOf('ES256'),
      withSession,
    );
    const made = new provider.AuthorizationCode({
      accountId,
      acr: undefined,
      amr: ['pwd'],
      authTime: session.loginTs,
      client: await getClient(clientId),
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

  const mintRefreshToken = async ({ accountId, grantId, session }: Login, alg: Algorithm) => {
    const clientId = clientOf(alg);
    const made = new provider.RefreshToken({
      accountId,
      amr: ['pwd'],
      authTime: session.loginTs,
      client: await getClient(clientId),
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

  return async ({ kind, alg, count }: MintRequest): Promise<string[]> => {
    const made: string[] = [];
    for (let i = 0; i < count; i++) made.push(await runAsRequest(() => mintByKind[kind](alg)));
    return made;
  };
};
