import type { Config } from '#config';
import type { GrantType } from '../../provider/grant-types.ts';
import type { Clock } from '../../store/port.ts';
import {
  type ClientRecord,
  type Clients,
  clientProblems,
  foreignScopes,
  needsSecret,
} from '../clients/index.ts';
import { checkCertificate } from './certificates.ts';
import { type AddFindings, collectFindings, type Finding } from './finding.ts';

const pageSize = 200;

export async function* allClients(clients: Pick<Clients, 'list'>): AsyncGenerator<ClientRecord> {
  let cursor: string | undefined;
  do {
    const page = await clients.list({ limit: pageSize, ...(cursor !== undefined && { cursor }) });
    yield* page.items;
    cursor = page.next;
  } while (cursor !== undefined);
}

const resourcesOf = ({ resources }: ClientRecord['metadata']): readonly string[] =>
  Array.isArray(resources) ? resources.map(String) : [];

interface Dependencies {
  readonly clients: Pick<Clients, 'list'>;
  readonly config: Pick<Config, 'claims' | 'mode' | 'proxy' | 'resources'>;
  readonly clock: Clock;
  readonly grantTypes: readonly GrantType[];
  /** Which rule of this server's settings the client breaks. */
  readonly incompatibility: (id: string) => Promise<string | undefined>;
}

interface Report extends Pick<AddFindings, 'warning'> {
  /** Where the client is corrected. */
  readonly change: string;
}

/** Clients that registered themselves learn from an API how to name it (RFC 9728). */
const checkScope = (
  { id, metadata, from }: Pick<ClientRecord, 'id' | 'metadata' | 'from'>,
  config: Pick<Config, 'claims' | 'resources'>,
  { warning, change }: Report,
): void => {
  const foreign = from === 'registration' ? [] : foreignScopes(config, metadata);
  if (foreign.length === 0) return;
  const scopes = foreign.map(({ scope }) => scope).join(' ');
  const apis = [...new Set(foreign.map(({ api }) => api))].join(', ');
  warning(
    'client_scope_elsewhere',
    `The client ${id} may use ${scopes} of ${apis}, which its resources don't name: a request gets these scopes only if it names the API (resource).`,
    `Add the API to resources of the client ${change}.`,
  );
};

export const checkClients = async ({
  clients,
  config,
  clock,
  grantTypes,
  incompatibility,
}: Dependencies): Promise<readonly Finding[]> => {
  const { found, error, warning } = collectFindings('clients');
  const known = new Set(config.resources.map(({ audience }) => audience));
  for await (const { id, metadata, secrets, from } of allClients(clients)) {
    const change = from === 'configuration' ? 'in the configuration' : `with \`postern client update ${id}\``;
    const problems = clientProblems(metadata, 'operator', grantTypes);
    for (const { field, message } of problems) {
      error('client_broken', `${field} of the client ${id} ${message}.`, `Correct it ${change}.`);
    }
    const brokenRule = problems.length === 0 ? await incompatibility(id) : undefined;
    if (brokenRule !== undefined) {
      error(
        'client_unfit',
        `The client ${id} does not fit this server, which refuses it at each request: ${brokenRule}.`,
        `Correct it ${change}, or give the server what it needs, as in keys.algorithms.`,
      );
    }
    const unknown = resourcesOf(metadata).filter((audience) => !known.has(audience));
    if (unknown.length > 0) {
      error(
        'client_resource_unknown',
        `The client ${id} is meant to get tokens for ${unknown.join(', ')}, which is not among resources: it is refused with invalid_target.`,
        `Add it to resources, or correct the client ${change}.`,
      );
    }
    checkScope({ id, metadata, from }, config, { warning, change });
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
    checkCertificate({ id, metadata }, config, error);
    if (!needsSecret(metadata) || from === 'configuration') continue;
    const now = clock.now();
    if (secrets.every(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now)) {
      error(
        'client_secret_expired',
        `Every secret of the client ${id} has expired: it can not authenticate.`,
        `Run \`postern client rotate-secret ${id}\`.`,
      );
    }
  }
  return found;
};
