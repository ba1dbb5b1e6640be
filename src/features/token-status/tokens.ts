import { Provider } from 'oidc-provider';

type Find<T> = (value: string, options?: object) => Promise<T | undefined>;

interface OfClient {
  readonly clientId?: string | undefined;
}

interface OfGrant {
  grantId?: string | undefined;
  destroy(): Promise<void>;
}

/**
 * RFC 7009 §2.1: whoever ends an access token ends that one; its refresh token ends the whole grant. The engine would
 * end everything of the grant that the token still names.
 */
export const endOneToken = (provider: Provider): void => {
  const find = provider.AccessToken.find.bind(provider.AccessToken) as Find<OfGrant>;
  provider.AccessToken.find = (async (value: string, options?: object) => {
    const token = await find(value, options);
    if (!token || Provider.ctx?.oidc.route !== 'revocation') return token;
    const destroy = token.destroy.bind(token);
    token.destroy = async () => {
      await destroy();
      token.grantId = undefined;
    };
    return token;
  }) as typeof provider.AccessToken.find;
};

/** RFC 7592 §2.3: with its client, a token is gone. */
export const forgetTokensOfRemovedClients = (provider: Provider): void => {
  for (const model of [provider.AccessToken, provider.ClientCredentials, provider.RefreshToken]) {
    const find = model.find.bind(model) as Find<OfClient>;
    // Widened to what the three have in common.
    (model as { find: typeof find }).find = async (value, options) => {
      const token = await find(value, options);
      if (!token || Provider.ctx?.oidc.route !== 'introspection') return token;
      return token.clientId !== undefined && (await provider.Client.find(token.clientId)) ? token : undefined;
    };
  }
};
