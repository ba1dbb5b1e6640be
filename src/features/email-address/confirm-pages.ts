import type { FastifyPluginAsync } from 'fastify';
import { isMailAddress, verifiedAddressOf } from '../../services/mail/index.ts';
import { linkGone, submitOnce } from '../../services/one-time-links/index.ts';
import { newId } from '../../store/new-id.ts';
import { addressConfirmedPage, confirmAddressPage } from '../../views/pages/email-address.ts';
import type { EmailAddressDependencies } from './dependencies.ts';
import { addressChangedMail, confirmMail } from './message.ts';
import { confirmedPath, emailPath } from './paths.ts';

interface WithToken {
  Params: { readonly token: string };
}

export const confirmPages = ({
  clock,
  events,
  pages,
  accounts,
  links,
  mail,
}: EmailAddressDependencies): FastifyPluginAsync => {
  /** A link that was sent before the password changed is void: another person may have asked for it. */
  const findConfirmation = async (token: string) => {
    const link = await links.find(confirmMail, token);
    const account = await accounts.find(link.account ?? '');
    const { email } = link;
    if (!account?.enabled || email === undefined || (account.passwordChangedAt ?? 0) >= link.createdAt)
      throw linkGone();
    const owner = await accounts.findByEmail(email);
    if (owner && owner.id !== account.id) throw linkGone();
    return { link, account, email };
  };

  return async (scope) => {
    scope.get(confirmedPath, async (request, reply) =>
      pages.send(request, reply, addressConfirmedPage(pages.pageFor(request))),
    );

    scope.get<WithToken>(`${emailPath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const { account, email } = await findConfirmation(token);
      const body = confirmAddressPage(pages.pageFor(request), {
        action: `${emailPath}/${token}`,
        account: account.username,
        email,
      });
      return pages.send(request, reply, body);
    });

    scope.post<WithToken>(`${emailPath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const done = () => reply.header('cache-control', 'no-store').redirect(confirmedPath, 303);
      return submitOnce({
        async submit() {
          const { link, account, email } = await findConfirmation(token);
          await links.useUp(link, (consume) =>
            accounts.update(account.id, { claims: { email, email_verified: true } }, { also: [consume] }),
          );
          events.emit({
            type: 'account.address_confirmed',
            outcome: 'ok',
            account: account.id,
            address: request.ip,
            correlation: request.id,
          });
          const former = verifiedAddressOf(account);
          if (former !== undefined && former !== email && isMailAddress(former)) {
            const { tag: language } = pages.pageFor(request).messages;
            const about = {
              id: newId(16),
              account: account.id,
              to: former,
              language,
              at: String(clock.now()),
            };
            await mail.send(addressChangedMail, about);
          }
          return done();
        },
        isRepeated: async () => (await links.findJustUsed(confirmMail, token)) !== undefined,
        done,
      });
    });
  };
};
