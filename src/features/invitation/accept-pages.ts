import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import type { Form } from '../../http/pages/form.ts';
import {
  findProblems,
  type NewAccount,
  type NewAccountProblem,
  parseForm,
  problemOf,
} from '../../services/account-forms/index.ts';
import type { AddAccount, Claims } from '../../services/accounts/index.ts';
import { invitationPath, invitationPurpose } from '../../services/invitations/index.ts';
import { submitOnce } from '../../services/one-time-links/index.ts';
import { createCheckRepeated } from '../../services/sign-ins/index.ts';
import { invitationDonePage, invitationPage } from '../../views/pages/invitation.ts';
import type { InvitationDependencies } from './dependencies.ts';

interface WithToken {
  Params: { readonly token: string };
}

interface Invitation {
  readonly link: Awaited<ReturnType<InvitationDependencies['links']['find']>>;
  readonly username: string | undefined;
  readonly claims: Claims;
  readonly groups: readonly string[];
  readonly email: string;
}

export const acceptPages = (dependencies: InvitationDependencies): FastifyPluginAsync => {
  const { config, events, pages, accounts, links } = dependencies;
  const checkRepeated = createCheckRepeated(dependencies);
  const { min_length: minPasswordLength } = config.security.password;

  const findInvitation = async (token: string): Promise<Invitation> => {
    const link = await links.find(invitationPurpose, token);
    const { username, claims: text = '{}', groups = '[]' } = link.data ?? {};
    // services/invitations wrote it.
    const claims: Claims = JSON.parse(text);
    return { link, username, claims, groups: JSON.parse(groups), email: String(claims['email'] ?? '') };
  };

  const sendForm = (
    request: FastifyRequest,
    reply: FastifyReply,
    { link, username, claims, email }: Invitation,
    { typed, problems = [] }: { typed?: NewAccount; problems?: readonly NewAccountProblem[] } = {},
  ): FastifyReply =>
    pages.send(
      request,
      reply,
      invitationPage(pages.pageFor(request), {
        action: `${invitationPath}/${link.token}`,
        login: username ?? typed?.login,
        isLoginFixed: username !== undefined,
        name: typed?.name ?? (typeof claims['name'] === 'string' ? claims['name'] : undefined),
        email,
        minPasswordLength,
        problems,
      }),
      { status: problems.length > 0 ? 422 : 200 },
    );

  const toAddAccount = (
    { link, username, claims, groups, email }: Invitation,
    { login, name, password }: NewAccount,
  ): AddAccount => ({
    username: username ?? login,
    password,
    groups,
    claims: {
      ...claims,
      ...(name !== '' && { name }),
      email,
      email_verified: link.email !== undefined,
    },
    nameGivenBy: username === undefined ? 'person' : 'operator',
  });

  const submit = async (
    request: FastifyRequest,
    reply: FastifyReply,
    { token, form, done }: { token: string; form: Form; done: () => FastifyReply },
  ): Promise<FastifyReply> => {
    const invitation = await findInvitation(token);
    const { username, email } = invitation;
    const typed = parseForm({ ...form, email, ...(username !== undefined && { login: username }) });
    const problems = findProblems(typed, { minPasswordLength });
    if (problems.length > 0) return sendForm(request, reply, invitation, { typed, problems });
    try {
      const account = await links.useUp(invitation.link, (consume) =>
        accounts.add(toAddAccount(invitation, typed), {
          also: [consume],
          // The operator who made the link chose the groups.
          mayChangeRoles: invitation.groups.length > 0,
        }),
      );
      events.emit({
        type: 'account.invitation_accepted',
        outcome: 'ok',
        account: account.id,
        address: request.ip,
        correlation: request.id,
      });
    } catch (error) {
      const problem = problemOf(error);
      if (problem === undefined || (await isRepeated(token, form))) throw error;
      return sendForm(request, reply, invitation, { typed, problems: [problem] });
    }
    return done();
  };

  /** The account of this form was added a moment ago, with this link. */
  const isRepeated = async (token: string, form: Form): Promise<boolean> => {
    const used = await links.findJustUsed(invitationPurpose, token);
    const { username = form['login'] ?? '', claims = '{}' } = used?.data ?? {};
    const account = used && (await accounts.findByUsername(username));
    // services/invitations wrote the claims.
    const { email }: Claims = JSON.parse(claims);
    if (!account || (account.createdAt ?? 0) < used.createdAt || account.claims['email'] !== email)
      return false;
    return checkRepeated(token, account, form['password'] ?? '');
  };

  return async (scope) => {
    scope.get(invitationPath, async (request, reply) =>
      pages.send(request, reply, invitationDonePage(pages.pageFor(request))),
    );

    scope.get<WithToken>(`${invitationPath}/:token`, async (request, reply) =>
      sendForm(request, reply, await findInvitation(request.params.token)),
    );

    scope.post<WithToken & { Body: Form | undefined }>(`${invitationPath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const form = request.body ?? {};
      const done = () => reply.header('cache-control', 'no-store').redirect(invitationPath, 303);
      return submitOnce({
        submit: () => submit(request, reply, { token, form, done }),
        isRepeated: () => isRepeated(token, form),
        done,
      });
    });
  };
};
