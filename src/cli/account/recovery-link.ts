import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { Draft } from '#src/store/draft.ts';
import { isoTime } from '../table.ts';
import { withFactors } from './with-factors.ts';

export const recoveryLink: Command = (group, context) => {
  const { output } = context;
  group
    .command('recovery-link')
    .description(
      'make a link with which a person sets a password or an authenticator app; it works once, for an hour',
    )
    .argument('<username>', 'or its verified address, its sub, or id:<sub>')
    .action(async (username: string) => {
      const made = await withFactors(context, username, async ({ account, notices, installation }) => {
        if (!account.enabled)
          throw new Failure({
            code: 'account_disabled',
            message: `The account ${account.username} is disabled; \`account enable\` comes first.`,
            exit: exitCode.conflict,
          });
        const [{ createKeys }, { createOneTimeLinks }, { draftRecovery }] = await Promise.all([
          import('#src/services/keys/index.ts'),
          import('#src/services/one-time-links/index.ts'),
          import('#src/services/account-recovery/index.ts'),
        ]);
        const { store, clock, events, config } = installation;
        const keys = await createKeys({ ...installation, maintain: false });
        try {
          const links = createOneTimeLinks({ store, clock, secret: () => keys.current().pairwiseSalt });
          const draft = draftRecovery({ links, issuer: config.issuer, now: clock.now() }, account, {
            kind: 'command',
          });
          const notice = notices.draft('recovery-link', { account: account.id });
          await Draft.commitWith((writesOf) => store.commit([draft.write, ...writesOf(notice)]));
          events.emit({ type: 'account.recovery_link_made', outcome: 'ok', account: account.id });
          return { ...draft, account };
        } finally {
          await keys.close();
        }
      });
      const { account, url, until } = made;
      const data = { sub: account.id, username: account.username, url, expires_at: isoTime(until) };
      output.answer(data, url);
      output.note(
        `The link works once, until ${isoTime(until)}. Give it to ${account.username} only: it is enough to take the account over.`,
      );
    });
};
