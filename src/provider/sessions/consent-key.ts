import type { Key } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';

/** The record of what an account allows a client (services/connected-apps). */
export const consentKey = (account: string, client: string): Key => ({
  kind: kinds.consent,
  family: account,
  id: client,
});
