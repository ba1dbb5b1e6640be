import { Failure } from '../../errors.ts';
import type { ConnectedApps } from '../connected-apps/index.ts';
import type { GrantSummary, SessionSummary, Sessions } from '../sessions/index.ts';
import { type Administrator, requirePermission } from './administrator.ts';
import type { RecordChange } from './change-record.ts';
import type { RightOver } from './right-over-account.ts';

export interface SessionAdministration {
  end(by: Administrator, id: string): Promise<SessionSummary>;
  revokeGrant(by: Administrator, id: string): Promise<GrantSummary>;
  /** Revokes everything that the client holds for the account, and forgets what the person allowed it. */
  revokeConsent(by: Administrator, account: string, client: string): Promise<void>;
}

interface Dependencies extends RightOver {
  readonly sessions: Sessions;
  readonly connectedApps: Pick<ConnectedApps, 'disconnect'>;
  readonly recordChange: RecordChange;
}

const notFound = (what: string): Failure =>
  new Failure({
    code: `${what}_not_found`,
    message: `There is no such ${what}, or it has ended.`,
    status: 404,
  });

export const createSessionAdministration = ({
  sessions,
  connectedApps,
  requireRightOverOwner,
  recordChange,
}: Dependencies): SessionAdministration => ({
  async end(by, id) {
    requirePermission(by, 'sessions');
    const session = await sessions.find(id);
    if (session === undefined) throw notFound('session');
    await requireRightOverOwner(by, session.account);
    const ended = await sessions.end(id);
    if (ended === undefined) throw notFound('session');
    recordChange(by, { operation: 'session.end', account: ended.account, details: { session: id } });
    return ended;
  },
  async revokeGrant(by, id) {
    requirePermission(by, 'sessions');
    const grant = await sessions.findGrant(id);
    if (grant === undefined) throw notFound('grant');
    await requireRightOverOwner(by, grant.account);
    const revoked = await sessions.revokeGrant(id);
    if (revoked === undefined) throw notFound('grant');
    const { account, client } = revoked;
    recordChange(by, { operation: 'grant.revoke', account, client, details: { grant: id } });
    return revoked;
  },
  async revokeConsent(by, account, client) {
    requirePermission(by, 'sessions');
    await requireRightOverOwner(by, account);
    const { address, correlation } = by;
    const ended = await connectedApps.disconnect(account, client, { address, correlation });
    if (Object.values(ended).every((count) => count === 0)) throw notFound('consent');
    recordChange(by, { operation: 'consent.revoke', account, client, details: { ...ended } });
  },
});
