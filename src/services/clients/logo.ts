import type { Write } from '../../store/port.ts';
import { clientImageKey, clientImagePath, putClientImage } from '../images/index.ts';
import type { ClientConditions, ClientRecord, Clients } from './client.ts';
import { clientKey, type StoredClient } from './record.ts';

interface Dependencies {
  readonly issuer: string;
  readonly change: (
    id: string,
    type: string,
    next: (client: StoredClient) => StoredClient,
    conditions: ClientConditions | undefined,
    writes: readonly Write[],
  ) => Promise<ClientRecord>;
}

/** The path of the image changes with its content, so every page has the new one as soon as it reads the client. */
export const createLogoChange = ({ issuer, change }: Dependencies): Pick<Clients, 'setLogo'> => ({
  async setLogo(id, image, options) {
    const key = clientKey(id);
    const withLogo = ({ metadata: { logo_uri: _, ...metadata }, ...client }: StoredClient): StoredClient => ({
      ...client,
      metadata: { ...metadata, ...(image && { logo_uri: `${issuer}${clientImagePath(key, image)}` }) },
    });
    const write: Write =
      image === undefined ? { op: 'remove', key: clientImageKey(key) } : putClientImage(key, image);
    return change(id, 'client.updated', withLogo, options, [write]);
  },
});
