import Type from 'typebox';
import type { Claims } from '../../../../services/accounts/index.ts';
import { adminOperation, timeText } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { linkResult } from '../../link-result.ts';
import { closed, groupNames, objectOf, shownLink, text } from '../../schemas.ts';

const hour = 3600;
/** `postern account invite` has the same default. */
const defaultLifetime = 72 * hour;
const maxLifetime = 720 * hour;

export const invitePerson = ({
  config,
  administration,
}: Pick<AdminApiDependencies, 'config' | 'administration'>) =>
  adminOperation({
    summary: 'Invite a person',
    description:
      'With `language` the person gets the link by mail, and the answer does not have it. Without, the answer shows the link this once, and you pass it on.',
    body: Type.Object(
      {
        email: text('The address of the person.', { maxLength: 320 }),
        username: Type.Optional(
          text('The name to sign in by. Without it, the person chooses one.', { maxLength: 255 }),
        ),
        claims: Type.Optional(objectOf('Claims of OpenID Connect and your own.')),
        groups: Type.Optional(groupNames('The groups that the account will be in.')),
        lifetime_seconds: Type.Optional(
          Type.Integer({
            description: 'How long the link works. Three days, unless you set it.',
            minimum: 60,
            maximum: maxLifetime,
          }),
        ),
        language: Type.Optional(
          Type.Enum([...config.pages.languages], { description: 'The language of the mail.' }),
        ),
      },
      closed,
    ),
    answer: shownLink,
    status: 201,
    async handle({ by, body }) {
      const { email, username, claims, groups = [], lifetime_seconds: lifetime, language } = body;
      const link = await administration.invitations.invite(by, {
        email,
        username,
        // The content was parsed from JSON.
        claims: (claims ?? {}) as Claims,
        groups,
        lifetimeSeconds: lifetime ?? defaultLifetime,
        language,
      });
      return language === undefined ? linkResult(link) : { body: { expires_at: timeText(link.until) } };
    },
  });
