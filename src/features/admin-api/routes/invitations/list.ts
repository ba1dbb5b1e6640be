import Type from 'typebox';
import { adminOperation, describeInvitation } from '../../../../services/administration/index.ts';
import type { AdminApiDependencies } from '../../dependencies.ts';
import { pageBody, pagingOf } from '../../paging.ts';
import { closed, groupNames, pageOf, paging, text, time } from '../../schemas.ts';

const invitation = Type.Object({
  id: text('The id of the invitation. It is not the link.'),
  email: text('The address of the person.'),
  username: Type.Optional(text('The name to sign in by. Absent when the person chooses one.')),
  groups: groupNames('The groups that the account will be in.'),
  mailed: Type.Boolean({
    description: 'Whether the link went by mail, so that accepting verifies the address.',
  }),
  valid: Type.Boolean({
    description:
      'False when it gives a role in the administration and its maker may not give one any more. Then it can’t be accepted.',
  }),
  by_kind: Type.Optional(
    Type.Enum(['person', 'client', 'command'], {
      description: 'Who made it. Absent for an earlier release.',
    }),
  ),
  by: Type.Optional(text('The account or client that made it.')),
  created_at: time('When it was made.'),
  expires_at: time('When its link stops working.'),
});

export const listInvitations = ({ administration }: Pick<AdminApiDependencies, 'administration'>) =>
  adminOperation({
    summary: 'List the invitations that were not accepted yet',
    description: 'Newest first, without their links. Invitations of a release before 0.2.0 are not listed.',
    query: Type.Object(paging, closed),
    answer: pageOf(invitation),
    status: 200,
    async handle({ query }) {
      return pageBody(await administration.invitations.list(pagingOf(query)), describeInvitation);
    },
  });
