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
import { roleOf } from '../../services/administration/permissions.ts';
import { consolePath } from '../../services/clients/index.ts';
import { invitationPath, invitationPurpose, readInvitation } from '../../services/invitations/index.ts';
import { linkGone, submitOnce } from '../../services/one-time-links/index.ts';
import {
  createProfileFields,
  type ProfileField,
  type ReadProfile,
  readProfile,
  toFieldModels,
} from '../../services/profile-fields/index.ts';
import { createCheckRepeated } from '../../services/sign-ins/index.ts';
import { invitationDonePage, invitationPage } from '../../views/pages/invitation.ts';
import type { InvitationDependencies } from './dependencies.ts';

/** Each may cost a hash, and says whether a name is taken. */
const formsPerMinute = 10;

/** The value of the parameter `to` for a person with a role. */
const toConsole = 'administration';

interface WithToken {
  Params: { readonly token: string };
}

interface Invitation {
  readonly link: Awaited<ReturnType<InvitationDependencies['links']['find']>>;
  readonly username: string | undefined;
  readonly claims: Claims;
  readonly groups: readonly string[];
  readonly email: string;
  /** What the person fills in besides. The operator filled the others in. */
  readonly fields: readonly ProfileField[];
}

interface Typed {
  readonly account?: NewAccount;
  readonly problems?: readonly NewAccountProblem[];
  readonly profile?: ReadProfile;
  readonly waitSeconds?: number;
}

const nothingTyped: ReadProfile = { values: {}, claims: {}, problems: {} };

const hasProblems = ({ problems }: ReadProfile): boolean => Object.keys(problems).length > 0;

export const acceptPages = (dependencies: InvitationDependencies): FastifyPluginAsync => {
  const { config, events, pages, accounts, links, hasMakerRight, throttle } = dependencies;
  const checkRepeated = createCheckRepeated(dependencies);
  const { min_length: minPasswordLength } = config.security.password;
  const { ofSignUp } = createProfileFields(config);
  /** At a port of its own, the console has an address that only its operator knows. */
  const hasConsole = config.admin.enabled && config.admin.listen === undefined;

  const findInvitation = async (token: string): Promise<Invitation> => {
    const link = await links.find(invitationPurpose, token);
    const invitation = readInvitation(link);
    const { username, claims, groups, maker } = invitation;
    if (!(await hasMakerRight({ operatorGroups: groups, maker }))) throw linkGone();
    return {
      link,
      username,
      claims,
      groups,
      email: String(claims['email'] ?? ''),
      fields: ofSignUp.filter(({ claim }) => !Object.hasOwn(claims, claim)),
    };
  };

  const sendForm = (
    request: FastifyRequest,
    reply: FastifyReply,
    { link, username, claims, email, fields }: Invitation,
    { account, problems = [], profile = nothingTyped, waitSeconds }: Typed = {},
  ): FastifyReply => {
    const page = pages.pageFor(request);
    return pages.send(
      request,
      reply,
      invitationPage(page, {
        action: `${invitationPath}/${link.token}`,
        login: username ?? account?.login,
        isLoginFixed: username !== undefined,
        name: account?.name ?? (typeof claims['name'] === 'string' ? claims['name'] : undefined),
        email,
        profile: toFieldModels(fields, profile, page.messages),
        minPasswordLength,
        problems,
        waitSeconds,
      }),
      waitSeconds === undefined
        ? { status: problems.length > 0 || hasProblems(profile) ? 422 : 200 }
        : { status: 429, headers: { 'retry-after': String(waitSeconds) } },
    );
  };

  const toAddAccount = (
    { link, username, claims, groups, email }: Invitation,
    { login, name, password }: NewAccount,
    profile: ReadProfile,
  ): AddAccount => ({
    username: username ?? login,
    password,
    groups,
    claims: {
      // A new account has no claim that an empty field could remove.
      ...Object.fromEntries(Object.entries(profile.claims).filter(([, value]) => value !== null)),
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
    { token, form, done }: { token: string; form: Form; done: () => Promise<FastifyReply> },
  ): Promise<FastifyReply> => {
    const invitation = await findInvitation(token);
    const { username, email } = invitation;
    const typed = parseForm({ ...form, email, ...(username !== undefined && { login: username }) });
    const profile = readProfile(invitation.fields, form);
    const problems = findProblems(typed, { minPasswordLength });
    if (problems.length > 0 || hasProblems(profile))
      return sendForm(request, reply, invitation, { account: typed, problems, profile });
    const verdict = await throttle.take('invitation', token, formsPerMinute);
    if (!verdict.allowed)
      return sendForm(request, reply, invitation, {
        account: typed,
        profile,
        waitSeconds: verdict.waitSeconds,
      });
    try {
      const account = await links.useUp(invitation.link, (consume) =>
        accounts.add(toAddAccount(invitation, typed, profile), {
          also: [consume],
          hashFor: `invitation ${token}`,
          // `findInvitation` has checked that the maker of the link may give the groups.
          mayChangeRoles: true,
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
      return sendForm(request, reply, invitation, { account: typed, problems: [problem], profile });
    }
    return done();
  };

  /** The person who has used this link up has a role in the administration now. */
  const givesRole = async (token: string): Promise<boolean> => {
    if (!hasConsole) return false;
    const used = await links.findJustUsed(invitationPurpose, token);
    return (
      used !== undefined &&
      roleOf(config.admin, { operatorGroups: readInvitation(used).groups }) !== undefined
    );
  };

  /** The account of this form was added a moment ago, with this link. */
  const isRepeated = async (token: string, form: Form): Promise<boolean> => {
    const used = await links.findJustUsed(invitationPurpose, token);
    if (!used) return false;
    const { username = form['login'] ?? '', claims } = readInvitation(used);
    const account = await accounts.findByUsername(username);
    const { email } = claims;
    if (!account || (account.createdAt ?? 0) < used.createdAt || account.claims['email'] !== email)
      return false;
    return checkRepeated(token, account, form['password'] ?? '');
  };

  return async (scope) => {
    scope.get<{ Querystring: { readonly to?: unknown } }>(invitationPath, async (request, reply) => {
      const leadsToConsole = hasConsole && request.query.to === toConsole;
      const body = invitationDonePage(pages.pageFor(request), leadsToConsole ? consolePath : undefined);
      return pages.send(request, reply, body);
    });

    scope.get<WithToken>(`${invitationPath}/:token`, async (request, reply) =>
      sendForm(request, reply, await findInvitation(request.params.token)),
    );

    scope.post<WithToken & { Body: Form | undefined }>(`${invitationPath}/:token`, async (request, reply) => {
      const { token } = request.params;
      const form = request.body ?? {};
      const done = async () => {
        const query = (await givesRole(token)) ? `?${new URLSearchParams({ to: toConsole })}` : '';
        return reply.header('cache-control', 'no-store').redirect(`${invitationPath}${query}`, 303);
      };
      return submitOnce({
        submit: () => submit(request, reply, { token, form, done }),
        isRepeated: () => isRepeated(token, form),
        done,
      });
    });
  };
};
