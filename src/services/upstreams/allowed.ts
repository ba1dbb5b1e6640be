import type { UpstreamSession } from './sessions.ts';

type Client = Readonly<Record<string, unknown>>;

/** The name of the accounts of this server in `allowed_upstreams`. */
const local = 'local';

/** The ways to sign in that an operator allows for a client. Without a list all of them are. */
export const isWayAllowed = (client: Client, way: string): boolean => {
  const allowed: unknown = client['allowed_upstreams'];
  return !Array.isArray(allowed) || allowed.includes(way);
};

/** Ids of the upstreams that an operator allows for a client. */
export const upstreamsAllowedFor = (client: Client): readonly string[] => {
  const allowed: unknown = client['allowed_upstreams'];
  return Array.isArray(allowed) ? allowed.map(String).filter((id) => id !== local) : [];
};

export const isLocalAllowed = (client: Client): boolean => isWayAllowed(client, local);

export const isRestricted = (client: Client): boolean => client['allowed_upstreams'] !== undefined;

/** The way by which a session began. */
export const wayOf = (session: Pick<UpstreamSession, 'upstream'> | undefined): string =>
  session?.upstream ?? local;
