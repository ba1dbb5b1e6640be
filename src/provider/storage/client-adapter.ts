import type { AdapterPayload } from 'oidc-provider';
import { splitScope } from '../client-scope.ts';
import type { ClientSource } from '../client-source.ts';

export class ClientAdapter {
  readonly #clients: Pick<ClientSource, 'find'>;

  constructor(clients: Pick<ClientSource, 'find'>) {
    this.#clients = clients;
  }

  /** Returns a copy, because the engine writes thumbprints into the keys of a client that it builds. */
  async find(id: string): Promise<AdapterPayload | undefined> {
    const metadata = await this.#clients.find(id);
    return metadata && splitScope(structuredClone(metadata));
  }
}
