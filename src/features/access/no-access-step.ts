import type { Config } from '#config';
import type { Events } from '../../events.ts';
import { displayOf } from '../../http/interactions/client-display.ts';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Step, StepOutcome } from '../../http/interactions/step.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import { displayOfAccount, signInAsAnother } from '../../services/sign-ins/index.ts';
import { noAccessPage } from '../../views/pages/no-access.ts';
import { createNoAccessPrompt } from './prompt.ts';

interface Dependencies {
  readonly config: Config;
  readonly events: Events;
  readonly accounts: Accounts;
}

export const createNoAccessStep = ({ config, events, accounts }: Dependencies): Step => ({
  name: 'no_access',
  prompt: createNoAccessPrompt(),

  async show(visit): Promise<StepOutcome> {
    const { request, interaction, client, work, page, action, csrf } = visit;
    if (hasQuery(request, 'switch')) return { finish: signInAsAnother };
    const account = await accounts.find(interaction.session?.accountId ?? '');
    if (!account?.enabled) return { finish: {} };
    work.afterCommit(() =>
      events.emit({
        type: 'access',
        outcome: 'refused',
        reason: 'access_denied',
        account: account.id,
        client: client.clientId,
        address: request.ip,
        correlation: request.id,
      }),
    );
    const show = noAccessPage(page, {
      action,
      csrf,
      account: displayOfAccount(account),
      client: displayOf(client),
      switchTo: `${action}?switch=yes`,
      ...(config.pages.contact !== undefined && { contact: config.pages.contact }),
    });
    return { show, status: 403 };
  },

  async submit(): Promise<StepOutcome> {
    return {
      finish: { error: 'access_denied', error_description: 'this person may not use the client' },
    };
  },
});
