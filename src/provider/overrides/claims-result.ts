import { additionalClaims } from '../claims/additional-claims.ts';
import type { Override } from './override.ts';

interface Claims {
  readonly available: { readonly [additionalClaims]?: Readonly<Record<string, unknown>> };
}

type Result = () => Promise<Record<string, unknown>>;

export const claimsResult: Override = {
  name: 'claims-result',
  symbols: ['Claims.prototype.result'],
  reason:
    'The engine releases only claims that a scope of its configuration names. Here it also releases those ' +
    'that the operator set for the client, which differ from client to client and may come with a stored ' +
    'client.',
  test: 'test/protocol/client-claims.test.ts',
  apply(provider) {
    // The types of the engine leave out this class.
    const { prototype } = (provider as unknown as { Claims: { readonly prototype: { result: Result } } })
      .Claims;
    const { result } = prototype;
    prototype.result = async function withAdditionalClaims(this: Claims) {
      return { ...(await Reflect.apply(result, this, [])), ...this.available[additionalClaims] };
    };
  },
};
