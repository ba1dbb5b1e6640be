import { isAnonymous, providerName } from './authenticators.ts';
import type { Passkey } from './passkey.ts';
import { idOf, type StoredPasskey } from './record.ts';

export const summaryOf = (passkey: StoredPasskey): Passkey => {
  const { id: credentialId, name, aaguid, multiDevice, backedUp, createdAt, lastUsedAt } = passkey;
  const provider = isAnonymous(aaguid) ? undefined : providerName(aaguid);
  return {
    id: idOf(passkey),
    credentialId,
    ...(name !== undefined && { name }),
    ...(provider !== undefined && { provider }),
    isSecurityKey: isAnonymous(aaguid) && !multiDevice,
    isDeviceBound: !multiDevice,
    isSynced: backedUp,
    createdAt,
    ...(lastUsedAt !== undefined && { lastUsedAt }),
  };
};
