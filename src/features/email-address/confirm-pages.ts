import type { FastifyPluginAsync, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import { type Account, foldUsername } from '../../services/accounts/index.ts';
import { verifiedAddressOf } from '../../services/mail/index.ts';
import { linkGone, submitOnce } from '../../services/one-time-links/index.ts';
import { newId } from '../../store/new-id.ts';
import { addressConfirmedPage, confirmAddressPage } from '../../views/pages/email-address.ts';
import type { EmailAddressDependencies } from './dependencies.ts';
import { addressChangedMail, confirmMail, isOutdated } from './message.ts';
import { confirmedPath, emailPath } from './paths.ts';

interface WithToken {
  Params: { readonly token: string };
}

export const confirmPages = ({
  config,
  clock,
  events,
  pages,
  accounts,
  links,
  mail,
}: EmailAddressDependencies): FastifyPluginAsync => {
  const findConfirmation = async (token: string) => {
    const link = await links.find(confirmMail, token);
    const account = await accounts.find(link.account ?? '');
    const { email } = link;
    if (!account?.enabled || email === undefined || isOutdated(account, link.createdAt)) throw linkGone();
    const owner = await accounts.findByEmail(email);
    if (owner && owner.id !== account.id) throw linkGone();
    return { link, account, email };
  };

  const notifyFormer = async (request: FastifyRequest, account: Account, email: string): Promise<void> => {
    const former = verifiedAddressOf(account);
    if (former === undefined || former === email) return;
    const { tag: language } = pages.pageFor(request).messages;
    const about = { id: newId(16), account: account.id, to: former, language, at: String(clock.now()) };
    await mail.send(addressChangedMail, about);
  };

  const confirm = async (request: FastifyRequest, token: string): Promise<void> => {
    const { link, account, email } = await findConfirmation(token);
    // Where addresses are names to sign in by, a user name that was the former address follows.
    const followsAddress =
      config.sign_in.identifiers.includes('email') &&
      foldUsername(account.username) === foldUsername(verifiedAddressOf(account) ?? '');
    const change = {
      ...(followsAddress && { username: email }),
      claims: { email, email_verified: true },
    };
    try {
      await links.useUp(link, (consume) => accounts.update(account.id, change, { also: [consume] }));
    } catch (error) {
      // Another account verified it meanwhile.
      throw error instanceof Failure && error.code === 'email_taken' ? linkGone() : error;
    }
    events.emit({
      type: 'account.address_confirmed',
      outcome: 'ok',
      account: account.id,
      address: request.ip,
      correlation: request.id,
    });
    await notifyFormer(request, account, email);
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
          await confirm(request, token);
          return done();
        },
        isRepeated: async () => (await links.findJustUsed(confirmMail, token)) !== undefined,
        done,
      });
    });
  };
};
