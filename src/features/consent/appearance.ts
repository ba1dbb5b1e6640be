import { hash } from 'node:crypto';
import { displayOf } from '../../http/interactions/client-display.ts';
import type { EngineClient } from '../../provider/engine-types.ts';
import { redirectTargetOf } from '../../redirect-target.ts';

const digestLength = 22;

/**
 * A digest of what people see of a client that registered itself: its name, its logo, its host, and the hosts and apps
 * that its responses go to. The client can change all of it (RFC 7592 §2.2), so a consent counts only for the appearance
 * that was shown: otherwise a harmless application could collect consents and then become another one. For a client that
 * the operator registered it is empty, because the operator answers for every change.
 */
export const appearanceOf = (client: EngineClient): string => {
  if (client['from_registration'] !== true) return '';
  const { name, host = '', logo } = displayOf(client);
  const redirectHosts = new Set((client.redirectUris ?? []).map(redirectTargetOf));
  const shown = JSON.stringify([
    name,
    host,
    [...redirectHosts].sort(),
    ...(logo === undefined ? [] : [logo]),
  ]);
  return hash('sha256', shown, 'base64url').slice(0, digestLength);
};
