import type { GrantSummary } from '#src/services/sessions/index.ts';
import { isoTime } from '../table.ts';

export const grantData = ({
  id,
  account,
  client,
  grantedAt,
  expiresAt,
  scopes,
  resources,
}: GrantSummary) => ({
  grant: id,
  sub: account,
  client,
  granted_at: isoTime(grantedAt),
  ...(expiresAt !== undefined && { expires_at: isoTime(expiresAt) }),
  scopes,
  resources,
});
