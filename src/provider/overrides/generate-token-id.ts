import { chooseFormat, type UnformattedToken } from '../access-tokens/access-token-format.ts';
import { currentContext, getUnitOfWork } from '../request-context.ts';
import { addUserinfo, keepList, namesResource } from '../scopes/api-and-userinfo.ts';
import { internalId, modelKey, successorOf, withFamilyOf } from '../storage/ids.ts';
import type { Override } from './override.ts';

interface Model extends UnformattedToken {
  resourceServer?: { identifier(): string };
  resource?: string | readonly string[];
  aud?: string | readonly string[];
  scope?: string | undefined;
  readonly grantId?: string | undefined;
  generateTokenId(): string;
}

/** The types of the engine leave out `generateTokenId`, which every model has. */
const prototypeOf = (model: { readonly prototype: unknown }): Model => model.prototype as Model;

const inFamilyOfGrant = ({ grantId }: Model, id: string): string =>
  grantId ? withFamilyOf(grantId, id) : id;

export const generateTokenId: Override = {
  name: 'generate-token-id',
  symbols: [
    'AccessToken.prototype.generateTokenId',
    'AuthorizationCode.prototype.generateTokenId',
    'ClientCredentials.prototype.generateTokenId',
    'Grant.prototype.generateTokenId',
    'RefreshToken.prototype.generateTokenId',
  ],
  reason:
    'The ids of the codes and tokens of a grant begin with the family of the grant, so that all of it is ' +
    'committed at once. A rotated refresh token has a derived successor, so that a client that retries gets ' +
    'the same one. And it is the last moment to choose the format of an access token.',
  test: 'test/store/refresh.test.ts',
  apply(provider, { clock, keys }) {
    const code = prototypeOf(provider.AuthorizationCode);
    const newCode = code.generateTokenId;
    code.generateTokenId = function (this: Model) {
      keepList(this, Array.isArray(currentContext()?.oidc.params?.['resource']));
      return inFamilyOfGrant(this, newCode.call(this));
    };

    for (const model of [provider.AccessToken, provider.ClientCredentials]) {
      const accessToken = prototypeOf(model);
      const newAccessToken = accessToken.generateTokenId;
      accessToken.generateTokenId = function (this: Model) {
        const ctx = currentContext();
        if (!this.resourceServer) chooseFormat(provider, ctx, this);
        else if (ctx && ctx.oidc.params?.['resource'] === undefined) addUserinfo(ctx, this);
        return inFamilyOfGrant(this, newAccessToken.call(this));
      };
    }

    const grant = prototypeOf(provider.Grant);
    const newGrant = grant.generateTokenId;
    grant.generateTokenId = function (this: Model) {
      return internalId(newGrant.call(this));
    };

    const refreshToken = prototypeOf(provider.RefreshToken);
    const newRefreshToken = refreshToken.generateTokenId;
    refreshToken.generateTokenId = function (this: Model) {
      const ctx = currentContext();
      const { DeviceCode, BackchannelAuthenticationRequest } = ctx?.oidc.entities ?? {};
      const source = DeviceCode ?? BackchannelAuthenticationRequest;
      if (source) keepList(this, namesResource(source));
      const rotated = ctx?.oidc.entities.RotatedRefreshToken;
      if (!ctx || !rotated) return inFamilyOfGrant(this, newRefreshToken.call(this));
      const key = modelKey('RefreshToken', rotated.jti);
      const consumption = key && getUnitOfWork(ctx).peek(key)?.consumption;
      return successorOf(rotated.jti, keys.refreshSecretAt(consumption?.at ?? clock.now()));
    };
  },
};
