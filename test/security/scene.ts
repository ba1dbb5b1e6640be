import type { Test } from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import type { Clock } from '#src/store/port.ts';
import { type House, openHouse } from '../support/house.ts';
import { RelyingParty, redirectUri, secret, usual } from '../support/relying-party.ts';

export const spaUri = 'https://spa.example/callback';

/** A second confidential client, a public one, and an API, next to the usual ones. */
export const cast = {
  ...usual,
  resources: [{ audience: 'https://api.example', scopes: ['read', 'write'] }],
  clients: [
    ...usual.clients,
    {
      client_id: 'other',
      client_secret: `${secret}-of-the-other`,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      first_party: true,
    },
    {
      client_id: 'spa',
      token_endpoint_auth_method: 'none',
      redirect_uris: [spaUri, redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      first_party: true,
    },
  ],
};

export interface Scene {
  readonly house: House;
  readonly issuer: string;
  readonly host: string;
  readonly events: SecurityEvent[];
  readonly app: RelyingParty;
  readonly other: RelyingParty;
  readonly spa: RelyingParty;
  /** How many documents there are. */
  stored(): Promise<number>;
}

export const openScene = async (
  t: Test,
  config: Readonly<Record<string, unknown>> = {},
  clock: Clock = Date,
): Promise<Scene> => {
  const house = await openHouse({ clock, config: { ...cast, ...config } });
  t.teardown(() => house.close());
  const events: SecurityEvent[] = [];
  house.app.events.listen((event) => events.push(event));
  const { issuer, store } = house;
  return {
    house,
    issuer,
    host: new URL(issuer).host,
    events,
    app: new RelyingParty(issuer),
    other: new RelyingParty(issuer, 'other', `${secret}-of-the-other`),
    spa: new RelyingParty(issuer, 'spa', ''),
    async stored() {
      let documents = 0;
      for (let cursor: string | undefined; ; ) {
        const page = await store.dump(cursor);
        documents += page.entries.filter(({ type }) => type === 'document').length;
        cursor = page.next;
        if (cursor === undefined) return documents;
      }
    },
  };
};
