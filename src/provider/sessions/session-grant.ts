import type { Provider } from 'oidc-provider';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { deriveGrantId, type SessionOfAccount } from '../storage/session-ids.ts';

export type Grant = InstanceType<Provider['Grant']>;

interface NewGrant {
  readonly provider: Provider;
  /** It has read the session. */
  readonly work: UnitOfWork;
  readonly session: SessionOfAccount;
  readonly clientId: string;
  /** Requests with different variants don't share a grant. */
  readonly variant: string;
}

/** A grant, still empty, for a client that has none in this session. It takes the place of one that no longer counts. */
export const newSessionGrant = ({ provider, work, session, clientId, variant }: NewGrant): Grant => {
  const jti = deriveGrantId(work, { session, clientId, variant });
  const members = { accountId: session.accountId, clientId, jti };
  // The types leave out `jti`, which every model of the engine takes.
  return new provider.Grant(members as ConstructorParameters<Provider['Grant']>[0]);
};
