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
  origin,
  lastUse,
}: SessionSummary) => ({
  session: id,
  sub: account,
  signed_in_at: isoTime(signedInAt),
  ...(expiresAt !== undefined && { expires_at: isoTime(expiresAt) }),
  amr: methods,
  ...(acr !== undefined && { acr }),
  clients,
  ...(origin.userAgent !== undefined && { user_agent: origin.userAgent }),
  ...(origin.address !== undefined && { address: origin.address }),
  ...(lastUse && { last_used_at: isoTime(lastUse.at) }),
  ...(lastUse?.address !== undefined && { last_address: lastUse.address }),
});
