import type { Config } from '#config';
import type { Clock } from '../../store/port.ts';
import { type ClientRecord, type Clients, clientProblems } from '../clients/index.ts';
import { type Ailment, finder } from './ailment.ts';
import { certificateTrouble } from './certificates.ts';

const pageSize = 200;

export async function* allClients(clients: Pick<Clients, 'list'>): AsyncGenerator<ClientRecord> {
  let cursor: string | undefined;
  do {
    const page = await clients.list({ limit: pageSize, ...(cursor !== undefined && { cursor }) });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}

const withoutSecret = new Set(['none', 'private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth']);

export const lookAtClients = async (
  clients: Pick<Clients, 'list'>,
  config: Pick<Config, 'mode' | 'proxy'>,
  clock: Clock,
): Promise<readonly Ailment[]> => {
  const { found, error, warning } = finder('clients');
  for await (const { id, metadata, secrets, from } of allClients(clients)) {
    const change = from === 'configuration' ? 'in the configuration' : `with \`postern client update ${id}\``;
    for (const { field, message } of clientProblems(metadata, 'operator')) {
      error('client_broken', `${field} of the client ${id} ${message}.`, `Correct it ${change}.`);
    }
    const local = (metadata.redirect_uris ?? []).filter((uri) => URL.parse(uri)?.hostname === 'localhost');
    if (config.mode === 'production' && local.length > 0) {
      warning(
        'redirect_localhost',
        `The client ${id} is sent to ${local[0]}: any program on the person's machine may listen there.`,
        metadata.application_type === 'native'
          ? `Use http://127.0.0.1, as RFC 8252 §8.3 says; change it ${change}.`
          : `A web application has an https address; change it ${change}.`,
      );
    }
    const unseen = certificateTrouble({ id, metadata }, config);
    if (unseen) warning(unseen.code, unseen.message, unseen.fix);
    if (withoutSecret.has(metadata.token_endpoint_auth_method ?? '') || from === 'configuration') continue;
    const now = clock.now();
    if (secrets.every(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now)) {
      error(
        'client_secret_expired',
        `Every secret of the client ${id} has expired: it can not come in.`,
        `Run \`postern client rotate-secret ${id}\`.`,
      );
    }
  }
  return found;
};
