import type { ClaimsContext } from '../../extension.ts';
import type { EngineClient } from '../engine-types.ts';

type Claims = Readonly<Record<string, unknown>>;

export const describeAccount = (
  sub: string,
  groups: readonly string[],
  personal: Claims,
): ClaimsContext['account'] => {
  const { groups: _, ...claims } = personal;
  // The claims of accounts are JSON: they come from the configuration or the store.
  return { sub, groups, claims: claims as ClaimsContext['account']['claims'] };
};

/** Only the metadata that names the client is passed on: the rest has secrets. */
export const describeClient = ({ clientId, clientName }: EngineClient): ClaimsContext['client'] => ({
  id: clientId,
  ...(clientName !== undefined && { name: clientName }),
});
