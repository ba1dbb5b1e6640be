import type { Visit } from '../../http/interactions/step.ts';
import type { Account } from '../../services/accounts/index.ts';
import { describeRequest } from '../../services/notices/index.ts';
import type { UpstreamIdentity } from '../../services/upstreams/index.ts';
import type { Write } from '../../store/port.ts';
import type { UpstreamSignInDependencies } from './dependencies.ts';

export type LinkAccount = (
  visit: Visit,
  account: Account,
  identity: UpstreamIdentity,
  consume: Write,
) => Promise<Account | undefined>;

/**
 * Links a person of an upstream to an account, with a message to the owner of the account in the same commit. Undefined
 * when the person is linked to another account by now.
 */
export const createLinkAccount =
  ({
    events,
    notices,
    provisioning,
  }: Pick<UpstreamSignInDependencies, 'events' | 'notices' | 'provisioning'>): LinkAccount =>
  async ({ request, client, page }, account, identity, consume) => {
    const notice = notices.draft('upstream-linked', {
      account: account.id,
      ...describeRequest(request, page.messages.tag),
    });
    const linked = await provisioning.link(account, identity, [consume, ...(notice ? [notice.write] : [])]);
    if (!linked) return undefined;
    notice?.afterCommit();
    events.emit({
      type: 'account.upstream_linked',
      outcome: 'ok',
      account: account.id,
      client: client.clientId,
      address: request.ip,
      correlation: request.id,
      details: { upstream: identity.upstream },
    });
    return linked;
  };
