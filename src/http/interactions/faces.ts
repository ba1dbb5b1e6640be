import type { ClientFace } from '../../views/page.ts';
import type { EngineClient } from './step.ts';

/** An application as people see it. */
export const faceOf = (client: EngineClient): ClientFace => {
  const home = URL.parse(client.clientUri ?? client.redirectUris?.[0] ?? '');
  return {
    name: client.clientName ?? client.clientId,
    ...(home?.host && { host: home.host }),
    ...(client.logoUri !== undefined && { logo: client.logoUri }),
  };
};
