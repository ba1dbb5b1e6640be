import type { Installation } from '#src/command.ts';
import type { Claims } from '#src/services/accounts/index.ts';

export interface Invitation {
  readonly email: string;
  readonly username: string | undefined;
  readonly claims: Claims;
  /** Groups that the account will be in, also those that give a role. */
  readonly groups?: readonly string[];
  readonly lifetimeSeconds: number;
  /** Without it, no message is sent. */
  readonly language: string | undefined;
}

/** Stores an invitation, and lets the running servers send its message. */
export const createInvitation = async (installation: Installation, invitation: Invitation) => {
  const [{ createKeys }, { createOneTimeLinks }, { draftInvitation }, { mailQueue, requestSweep }] =
    await Promise.all([
      import('#src/services/keys/index.ts'),
      import('#src/services/one-time-links/index.ts'),
      import('#src/services/invitations/index.ts'),
      import('#src/services/outbox/index.ts'),
    ]);
  const { store, clock, events, config } = installation;
  const keys = await createKeys({ ...installation, maintain: false });
  try {
    const links = createOneTimeLinks({ store, clock, secret: () => keys.current().pairwiseSalt });
    const draft = draftInvitation(
      { links, issuer: config.issuer, now: clock.now() },
      { ...invitation, maker: { kind: 'command' } },
    );
    await store.commit(draft.writes);
    if (invitation.language !== undefined) await requestSweep(store, mailQueue);
    const details = { mailed: invitation.language !== undefined };
    events.emit({ type: 'account.invited', outcome: 'ok', details });
    return draft;
  } finally {
    await keys.close();
  }
};
