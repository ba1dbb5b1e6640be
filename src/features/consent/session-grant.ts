import type { Provider } from 'oidc-provider';
import type { EngineClient } from '../../provider/engine-types.ts';
import { type Grant, newSessionGrant } from '../../provider/session-grant.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { appearanceOf } from './appearance.ts';

export type Session = NonNullable<Awaited<ReturnType<Provider['Session']['findByUid']>>>;

/** The engine keeps an object for each client in the session. `seen` is the appearance that its grant is for. */
interface ClientState {
  seen?: string;
}

const stateOf = (session: Session, clientId: string): ClientState & object =>
  Object(session.authorizationFor(clientId));

/** The id of the grant that the client has in this session, unless the client has changed its appearance since. */
export const currentGrantId = (session: Session, client: EngineClient): string | undefined => {
  const { seen = '' } = stateOf(session, client.clientId);
  return seen === appearanceOf(client) ? session.grantIdFor(client.clientId) : undefined;
};

/** Notes that the grant of the client in this session is for its appearance of now. */
export const noteAppearance = (session: Session, client: EngineClient): void => {
  const appearance = appearanceOf(client);
  // The engine adds its object for the client to the session on the first write only.
  session.ensureClientContainer(client.clientId);
  const state = stateOf(session, client.clientId);
  if (appearance !== '') state.seen = appearance;
  else if (state.seen !== undefined) delete state.seen;
};

interface NewGrant {
  readonly provider: Provider;
  readonly work: UnitOfWork;
  readonly session: Session;
  readonly client: EngineClient;
}

export const newGrant = ({ client, ...others }: NewGrant): Grant =>
  newSessionGrant({ ...others, clientId: client.clientId, variant: appearanceOf(client) });
