import { interactionPolicy } from 'oidc-provider';
import { hasAccess } from '../../provider/access.ts';
import { engineAccountOf } from '../../provider/engine-account.ts';

const { Check, Prompt } = interactionPolicy;

/** Between sign-in and consent: without an account there is nothing to decide yet. */
export const createNoAccessPrompt = (): interactionPolicy.Prompt =>
  new Prompt(
    { name: 'no_access', requestable: false },
    new Check('no_access', 'this person may not use the client', 'access_denied', (ctx) => {
      const account = engineAccountOf(ctx);
      const { client } = ctx.oidc;
      return account !== undefined && client !== undefined && !hasAccess(client, account.groups);
    }),
  );
