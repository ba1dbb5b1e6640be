import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import type { Form } from '../../http/pages/form.ts';
import type { AccountPages, AccountVisit } from '../../services/account-pages/index.ts';
import { type Account, type Claims, ifStillSignedIn, type Json } from '../../services/accounts/index.ts';
import { verifiedAddressOf } from '../../services/mail/index.ts';
import { type ReadProfile, readProfile, toFieldModels } from '../../services/profile-fields/index.ts';
import { accountProfilePage } from '../../views/pages/account-profile.ts';
import type { AccountProfileDependencies } from './dependencies.ts';
import { profilePath } from './paths.ts';

const textsOf = ({ claims }: Account): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(claims).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );

/** Someone has verified the former number, and not the one that the person has typed. */
const withoutProof = ({ claims }: Account, { phone_number: phone }: Claims): Claims =>
  claims['phone_number_verified'] === undefined || phone === undefined || phone === claims['phone_number']
    ? {}
    : { phone_number_verified: false };

const configured = (): Failure =>
  new Failure({
    code: 'account_configured',
    status: 409,
    message: 'The operator of this service has set your profile in the configuration.',
  });

export const profilePages = ({
  events,
  pages,
  accounts,
  profileFields,
  emailAddress,
}: AccountProfileDependencies) => {
  const { editable, fixed } = profileFields;

  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    { frame, account, csrf }: AccountVisit,
    { read, isDone = false }: { readonly read?: ReadProfile; readonly isDone?: boolean },
  ): FastifyReply => {
    const { messages } = frame.page;
    const values = textsOf(account);
    const { email } = account.claims;
    const body = accountProfilePage(frame, {
      action: profilePath,
      csrf,
      username: account.username,
      ...(typeof email === 'string' && {
        email: { address: email, isVerified: verifiedAddressOf(account) !== undefined },
      }),
      changeEmail: emailAddress?.href,
      fixed: toFieldModels(fixed, { values }, messages).filter(({ value }) => value !== ''),
      fields: toFieldModels(editable, read ?? { values }, messages),
      isFixed: account.from === 'configuration',
      isDone,
    });
    const hasProblems = read !== undefined && Object.keys(read.problems).length > 0;
    return pages.send(request, reply, body, { status: hasProblems ? 422 : 200 });
  };

  return ({ visitOf }: AccountPages): FastifyPluginAsync =>
    async (scope) => {
      scope.get<{ Querystring: { readonly done?: unknown } }>(profilePath, async (request, reply) =>
        send(request, reply, visitOf(request), { isDone: request.query.done === 'yes' }),
      );

      scope.post<{ Body: Form | undefined }>(profilePath, async (request, reply) => {
        const visit = visitOf(request);
        const { account } = visit;
        if (account.from === 'configuration') throw configured();
        const read = readProfile(editable, request.body ?? {});
        if (Object.keys(read.problems).length > 0) return send(request, reply, visit, { read });
        await accounts.update(
          account.id,
          { claims: { ...read.claims, ...withoutProof(account, read.claims) } },
          { check: ifStillSignedIn(account) },
        );
        events.emit({
          type: 'account.profile_changed',
          outcome: 'ok',
          account: account.id,
          address: request.ip,
          correlation: request.id,
        });
        return reply.header('cache-control', 'no-store').redirect(`${profilePath}?done=yes`, 303);
      });
    };
};

export const exportProfile = async ({ id, username, claims, groups, createdAt }: Account): Promise<Json> => ({
  sub: id,
  username,
  claims,
  groups,
  ...(createdAt !== undefined && { created_at: new Date(createdAt).toISOString() }),
});
