import type { Command } from '#src/command.ts';
import { requireAccount } from './with-accounts.ts';
import { withSessions } from './with-sessions.ts';

export const revoke: Command = (group, context) => {
  const { output } = context;
  group
    .command('revoke')
    .description('end all tokens and consents that applications hold for an account; sessions stay')
    .argument('<username>', 'or its verified address, its sub, or id:<sub>')
    .option('--client <id>', 'only those of this client')
    .action(async (username: string, { client }: { readonly client?: string }) => {
      const { account, revoked } = await withSessions(context, async (sessions, accounts) => {
        const found = await requireAccount(accounts, username);
        const total = { grants: 0, requests: 0, consents: 0 };
        for (;;) {
          const { grants, requests, consents, complete } = await sessions.revoke(found.id, {
            ...(client !== undefined && { client }),
          });
          total.grants += grants;
          total.requests += requests;
          total.consents += consents;
          if (complete) return { account: found, revoked: total };
        }
      });
      const holder = client === undefined ? 'applications' : client;
      output.answer(
        { sub: account.id, username: account.username, ...(client !== undefined && { client }), revoked },
        `Revoked: what ${holder} held for ${account.username} by ${revoked.grants} ${revoked.grants === 1 ? 'grant' : 'grants'}.`,
      );
    });
};
