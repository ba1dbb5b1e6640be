import type { AdapterPayload } from 'oidc-provider';
import { withIdentityScopes } from '../clients/client-limits.ts';
import type { ClientSource } from '../clients/client-source.ts';

export interface ClientAdapterDependencies {
  readonly clients: Pick<ClientSource, 'find'>;
  readonly identityScopes: readonly string[];
}

export class ClientAdapter {
  readonly #dependencies: ClientAdapterDependencies;

  constructor(dependencies: ClientAdapterDependencies) {
    this.#dependencies = dependencies;
  }

  /** Returns a copy, because the engine writes thumbprints into the keys of a client that it builds. */
  async find(id: string): Promise<AdapterPayload | undefined> {
    const { clients, identityScopes } = this.#dependencies;
    const metadata = await clients.find(id);
    return metadata && withIdentityScopes(structuredClone(metadata), identityScopes);
  }
}
