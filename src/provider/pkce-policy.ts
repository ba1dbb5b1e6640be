/** Loads nothing of the engine, so that commands can show which rule applies to a client. */
import type { Config } from '#config';

export type PkcePolicy = 'auto' | 'required' | 'exempt';

interface PkceMetadata extends Readonly<Record<string, unknown>> {
  readonly pkce?: unknown;
  readonly profile?: unknown;
  readonly from_registration?: unknown;
}

/**
 * Which rule applies to a client. Public clients, self-registered ones and those of the profile `fapi2` always use PKCE
 * (RFC 9700 §2.1.1), whatever their metadata says.
 */
export const pkcePolicyOf = (
  client: PkceMetadata,
  isPublic: boolean,
  byDefault: Config['security']['pkce'],
): PkcePolicy => {
  if (isPublic || client.profile === 'fapi2' || client.from_registration === true) return 'required';
  const { pkce = byDefault } = client;
  return pkce === 'exempt' || pkce === 'auto' ? pkce : 'required';
};
