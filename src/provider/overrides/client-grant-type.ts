import { errors } from 'oidc-provider';
import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

export const clientGrantType: Override = {
  name: 'client-grant-type',
  symbols: ['Client.prototype.grantTypeAllowed'],
  reason:
    'RFC 6749 §5.2 has the code unauthorized_client for a grant type that the client may not use; the engine ' +
    'answers invalid_request.',
  test: 'test/protocol/device.test.ts',
  apply(provider, { grantTypes }) {
    const grantTypeByRoute = new Map<string | undefined, string>(
      grantTypes.flatMap(({ name, beginsAt }) => (beginsAt ? [[beginsAt, name]] : [])),
    );
    const { prototype } = provider.Client;
    const { grantTypeAllowed } = prototype;
    prototype.grantTypeAllowed = function (type) {
      if (grantTypeAllowed.call(this, type)) return true;
      const oidc = currentContext()?.oidc;
      const requested =
        oidc?.route === 'token' ? oidc.params?.['grant_type'] : grantTypeByRoute.get(oidc?.route);
      if (requested === type)
        throw new errors.UnauthorizedClient(`${type} is not a grant type of this client`);
      return false;
    };
  },
};
