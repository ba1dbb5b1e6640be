import type { AdapterPayload } from 'oidc-provider';
import { splitScope } from '../client-scope.ts';
import type { ClientSource } from '../client-source.ts';

export type ClientMetadataSource = Pick<ClientSource, 'find'>;

export class ClientAdapter {
  readonly #clients: ClientMetadataSource;

  constructor(clients: ClientMetadataSource) {
    this.#clients = clients;
  }

  /** A copy: the engine writes thumbprints into the keys of a client that it builds. */
  async find(id: string): Promise<AdapterPayload | undefined> {
    const metadata = await this.#clients.find(id);
    return metadata && splitScope(structuredClone(metadata));
  }
}
