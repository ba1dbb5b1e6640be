import type { Clock } from '#src/store/port.ts';
import type { ClientMetadata, Clients, SecretBox } from './client.ts';
import { operatorNames } from './names.ts';
import { complete } from './presets.ts';
import { ClientRefused } from './problem.ts';
import type { KeptClient } from './record.ts';
import { keepSecret, type StoredSecret } from './secret.ts';
import { fitSecrets, methodOf, needsSecret } from './secrets.ts';
import { clientExists, type Stored } from './stored.ts';
import { clientProblems } from './validate.ts';

interface Parts {
  readonly stored: Stored;
  readonly changed: (type: string, id: string) => Promise<void>;
  readonly clock: Clock;
  readonly box: SecretBox | undefined;
  /** Whether the engine hands back what it was given instead of a secret it made. */
  readonly isPlaceholder: (id: string, secret: string) => boolean;
}

/** RFC 7591 and RFC 7592: the engine made or changed a client and wants it kept. */
export const createRegister =
  ({ stored, changed, clock, box, isPlaceholder }: Parts): Clients['register'] =>
  async ({ client_secret: secret, client_secret_expires_at: until, from_registration: _, ...given }) => {
    // The rest type of an index signature loses the one member that is always there.
    const metadata = complete(given as ClientMetadata);
    const id = metadata.client_id;
    const former = await stored.byId(id);
    if (former !== undefined && former.from !== 'registration') throw clientExists(id);

    const marks = Object.fromEntries(
      operatorNames.flatMap((name) =>
        former?.metadata[name] === undefined ? [] : [[name, former.metadata[name]]],
      ),
    );
    // A client that sends back what it read (RFC 7592 §2.2) names the operator's marks as they are.
    const own = Object.fromEntries(
      Object.entries(metadata).filter(
        ([name, value]) => JSON.stringify(marks[name]) !== JSON.stringify(value),
      ),
    ) as ClientMetadata;
    const lowered = former?.metadata.profile === 'fapi2' && own.profile !== 'fapi2';
    const problems = [
      ...clientProblems(own, 'client'),
      ...(lowered ? [{ field: 'profile', message: 'can not be lowered from fapi2; name it again' }] : []),
    ];
    if (problems.length > 0) throw new ClientRefused(problems);

    const now = clock.now();
    const expiry = typeof until === 'number' && until > 0 ? { expiresAt: until * 1000 } : {};
    const fresh: StoredSecret[] =
      typeof secret === 'string' && needsSecret(metadata) && !isPlaceholder(id, secret)
        ? [
            keepSecret({
              id,
              info: { name: 'registration', createdAt: now, ...expiry },
              secret,
              method: methodOf(metadata),
              box,
            }),
          ]
        : [];
    const next = (client: KeptClient): KeptClient => {
      const changedClient = { ...client, metadata: { ...own, ...marks } };
      return { ...changedClient, secrets: fresh.length > 0 ? fresh : fitSecrets(changedClient, box) };
    };
    const blank = {
      v: 1,
      id,
      metadata,
      secrets: [],
      from: 'registration',
      createdAt: now,
      updatedAt: now,
    } as const;
    if (former === undefined) await stored.insert(next(blank));
    else await stored.change(id, next);
    await changed(former === undefined ? 'client.registered' : 'client.updated', id);
  };
