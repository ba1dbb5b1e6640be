import { Conflict } from '../../store/errors.ts';
import type { Document, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { Upstream } from './upstream.ts';

/** The issuer of an upstream when a server first noted it. Links that name no issuer are older, so they are of this one. */
interface FirstIssuer {
  readonly issuer: string;
}

const format = record<FirstIssuer>('upstreamIssuer');

export const firstIssuerKey = (upstream: string): Key => ({
  kind: kinds.upstreamIssuer,
  family: upstream,
  id: '',
});

export const readFirstIssuer = (document: Document | undefined): string | undefined =>
  document && format.decode(document.body).issuer;

type Noted = Pick<Upstream, 'id' | 'linkedIssuer'>;

/** Notes the issuers of upstreams that have none noted yet, before a server uses their links. */
export const noteFirstIssuers = async (
  store: Pick<Store, 'read' | 'commit'>,
  upstreams: readonly Noted[],
): Promise<void> => {
  const documents =
    upstreams.length > 0 ? await store.read(upstreams.map(({ id }) => firstIssuerKey(id))) : [];
  for (const [at, { id, linkedIssuer: issuer }] of upstreams.entries()) {
    if (documents[at]) continue;
    try {
      await store.commit([{ op: 'insert', key: firstIssuerKey(id), body: format.encode({ issuer }) }]);
    } catch (error) {
      // Another process that starts has noted it.
      if (!(error instanceof Conflict)) throw error;
    }
  }
};
