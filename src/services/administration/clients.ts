import { adminAudience, type Config } from '#config';
import { Failure } from '../../errors.ts';
import type { Clock } from '../../store/port.ts';
import type { AddClient, ClientRecord, Clients, NewClient, NewSecret } from '../clients/index.ts';
import type { Image } from '../images/index.ts';
import type { IfVersion } from './accounts.ts';
import { type Administrator, requirePermission, requireRecentSignIn } from './administrator.ts';
import type { RecordChange } from './change-record.ts';
import { describeClient } from './describe.ts';

type Changes = Parameters<Clients['update']>[1];

export interface ClientAdministration {
  add(by: Administrator, client: Pick<AddClient, 'type' | 'id' | 'metadata'>): Promise<NewClient>;
  update(by: Administrator, id: string, changes: Changes, condition?: IfVersion): Promise<ClientRecord>;
  /** Undefined removes the logo. */
  setLogo(by: Administrator, id: string, image: Image | undefined, condition: IfVersion): Promise<void>;
  remove(by: Administrator, id: string, condition?: IfVersion): Promise<void>;
  /** Refuses every request of the client and makes its tokens inactive, or lets it be used again. */
  setStopped(by: Administrator, id: string, isStopped: boolean): Promise<ClientRecord>;
  addSecret(
    by: Administrator,
    id: string,
    secret: { readonly name: string; readonly expiresAt?: number } & IfVersion,
  ): Promise<NewSecret>;
  /** Adds a secret; the former ones expire after the overlap. */
  rotateSecret(
    by: Administrator,
    id: string,
    options: { readonly overlapSeconds?: number } & IfVersion,
  ): Promise<NewSecret>;
  removeSecret(by: Administrator, id: string, name: string, condition?: IfVersion): Promise<void>;
}

interface Dependencies {
  readonly config: Pick<Config, 'issuer'>;
  readonly clients: Clients;
  readonly clock: Clock;
  readonly recordChange: RecordChange;
}

export const clientNotFound = (): Failure =>
  new Failure({ code: 'client_not_found', message: 'There is no such client.', status: 404 });

/**
 * What people read about a client, and a logo. With anything else someone could act as the client, get what the server sends
 * to it, lead people elsewhere, or take away what protects its requests, tokens and subjects. That is as good as a secret.
 */
const harmless: ReadonlySet<string> = new Set(['client_name', 'logo_uri', 'contacts']);

type Metadata = Readonly<Record<string, unknown>>;

/** Null removes a member. */
const needsRecentSignIn = (changes: Metadata, held: Metadata): boolean =>
  Object.entries(changes).some(
    ([name, value]) =>
      !harmless.has(name) && JSON.stringify(value ?? null) !== JSON.stringify(held[name] ?? null),
  );

const protectedClient = (): Failure =>
  new Failure({
    code: 'insufficient_scope',
    status: 403,
    message: 'A client that may use the administration API is changed with admin:roles only.',
  });

export const createClientAdministration = ({
  config,
  clients,
  clock,
  recordChange,
}: Dependencies): ClientAdministration => {
  const audience = adminAudience(config);

  const listsAdminApi = (metadata: Metadata): boolean => [metadata['resources']].flat().includes(audience);

  /** A secret or a redirect URI of such a client gives everything that the client may do. */
  const requireRightOver = (by: Administrator, metadata: Metadata): void => {
    if (!listsAdminApi(metadata)) return;
    if (!by.permissions.has('roles')) throw protectedClient();
    requireRecentSignIn(by, clock);
  };

  /** Checks the client as it is at the moment of the change, and keeps it for the record. */
  const createCheck = (by: Administrator) => {
    const seen: { before?: ClientRecord } = {};
    const check = (held: ClientRecord): void => {
      seen.before = held;
      requireRightOver(by, held.metadata);
    };
    return { seen, check };
  };

  const requireSecretRight = (by: Administrator): void => {
    requirePermission(by, 'clients');
    requireRecentSignIn(by, clock);
  };

  return {
    async add(by, client) {
      requireSecretRight(by);
      requireRightOver(by, client.metadata);
      const added = await clients.add(client);
      recordChange(by, {
        operation: 'client.add',
        client: added.client.id,
        after: describeClient(added.client),
      });
      return added;
    },

    async update(by, id, changes, { ifVersion } = {}) {
      requirePermission(by, 'clients');
      requireRightOver(by, changes);
      const { seen, check } = createCheck(by);
      const updated = await clients.update(id, changes, {
        ifVersion,
        check(held) {
          check(held);
          if (needsRecentSignIn(changes, held.metadata)) requireRecentSignIn(by, clock);
        },
      });
      recordChange(by, {
        operation: 'client.update',
        client: id,
        before: seen.before && describeClient(seen.before),
        after: describeClient(updated),
      });
      return updated;
    },

    async setLogo(by, id, image, { ifVersion }) {
      requirePermission(by, 'clients');
      const { seen, check } = createCheck(by);
      const updated = await clients.setLogo(id, image, { ifVersion, check });
      recordChange(by, {
        operation: 'client.update',
        client: id,
        before: seen.before && describeClient(seen.before),
        after: describeClient(updated),
      });
    },

    async remove(by, id, { ifVersion } = {}) {
      requirePermission(by, 'clients');
      const { seen, check } = createCheck(by);
      await clients.remove(id, [], { ifVersion, check });
      recordChange(by, {
        operation: 'client.remove',
        client: id,
        before: seen.before && describeClient(seen.before),
      });
    },

    async setStopped(by, id, isStopped) {
      requirePermission(by, 'clients');
      const client = await clients.get(id);
      if (client === undefined) throw clientNotFound();
      const options = { check: (held: ClientRecord) => requireRightOver(by, held.metadata) };
      const isNew = isStopped ? await clients.stop(id, options) : await clients.start(id, options);
      if (isNew) recordChange(by, { operation: isStopped ? 'client.stop' : 'client.start', client: id });
      return (await clients.get(id)) ?? client;
    },

    async addSecret(by, id, { ifVersion, ...secret }) {
      requireSecretRight(by);
      const added = await clients.addSecret(id, { ...secret, ifVersion, check: createCheck(by).check });
      recordChange(by, { operation: 'client.secret_add', client: id, details: { secret: added.name } });
      return added;
    },

    async rotateSecret(by, id, { ifVersion, ...options }) {
      requireSecretRight(by);
      const added = await clients.rotateSecret(id, { ...options, ifVersion, check: createCheck(by).check });
      recordChange(by, { operation: 'client.secret_rotate', client: id, details: { secret: added.name } });
      return added;
    },

    async removeSecret(by, id, name, { ifVersion } = {}) {
      requireSecretRight(by);
      await clients.removeSecret(id, name, { ifVersion, check: createCheck(by).check });
      recordChange(by, { operation: 'client.secret_remove', client: id, details: { secret: name } });
    },
  };
};
