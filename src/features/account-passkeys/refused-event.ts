import type { Events, SecurityEvent } from '../../events.ts';
import type { PasskeyRefused } from '../../services/passkeys/index.ts';

export const emitPasskeyRefused = (
  events: Events,
  { reason }: PasskeyRefused,
  by: Pick<SecurityEvent, 'account' | 'client' | 'address' | 'correlation'>,
): void => events.emit({ type: 'passkey.refused', outcome: 'refused', reason, ...by });
