import type { AdapterPayload } from 'oidc-provider';
import { splitScope } from '../models/client-scope.ts';
import type { ClientSource } from '../models/clients.ts';

export type Clients = Pick<ClientSource, 'find'>;

export class ClientStorage {
  readonly #clients: Clients;

  constructor(clients: Clients) {
    this.#clients = clients;
  }

  /** A copy: the engine writes thumbprints into the keys of a client that it builds. */
  async find(id: string): Promise<AdapterPayload | undefined> {
    const metadata = await this.#clients.find(id);
    return metadata && splitScope(structuredClone(metadata));
  }
}
