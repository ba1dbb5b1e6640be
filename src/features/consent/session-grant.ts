import type { Provider } from 'oidc-provider';
import type { EngineClient } from '../../provider/engine-types.ts';
import { type Grant, newSessionGrant } from '../../provider/sessions/session-grant.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { appearanceOf } from './appearance.ts';

export type Session = NonNullable<Awaited<ReturnType<Provider['Session']['findByUid']>>>;

/** The engine keeps an object for each client in the session. `seen` is the appearance that its grant is for. */
interface ClientState {
  grantId?: string | undefined;
  seen?: string;
}

/** The methods of the session mark it as changed, even when they only read. */
const stateOf = (session: Session, clientId: string): ClientState | undefined =>
  session.authorizations?.[clientId];

/** The id of the grant that the client has in this session, unless the client has changed its appearance since. */
export const currentGrantId = (session: Session, client: EngineClient): string | undefined => {
  const { seen = '', grantId } = stateOf(session, client.clientId) ?? {};
  return seen === appearanceOf(client) ? grantId : undefined;
};

/** Notes that the grant of the client in this session is for its appearance of now. */
export const noteAppearance = (session: Session, client: EngineClient): void => {
  const appearance = appearanceOf(client);
  if (appearance === (stateOf(session, client.clientId)?.seen ?? '')) return;
  // The engine adds its object for the client to the session on the first write only.
  session.ensureClientContainer(client.clientId);
  const state: ClientState = Object(session.authorizationFor(client.clientId));
  if (appearance !== '') state.seen = appearance;
  else delete state.seen;
};

interface NewGrant {
  readonly provider: Provider;
  readonly work: UnitOfWork;
  readonly session: Session;
  readonly client: EngineClient;
}

export const newGrant = ({ client, ...others }: NewGrant): Grant =>
  newSessionGrant({ ...others, clientId: client.clientId, variant: appearanceOf(client) });
