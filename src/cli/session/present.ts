import type { SessionSummary } from '#src/services/sessions/index.ts';
import { isoTime } from '../table.ts';

export const sessionData = ({
  id,
  account,
  signedInAt,
  expiresAt,
  methods,
  acr,
  clients,
}: SessionSummary) => ({
  session: id,
  sub: account,
  signed_in_at: isoTime(signedInAt),
  ...(expiresAt !== undefined && { expires_at: isoTime(expiresAt) }),
  amr: methods,
  ...(acr !== undefined && { acr }),
  clients,
});
