import type { ConsoleGroupMessages } from './messages.ts';

export const en: ConsoleGroupMessages = {
  menu: 'Groups',
  title: 'Groups',
  add: 'Add a group',
  none: 'There are no groups yet. Add one here, or use the command line:',
  status: 'Status',
  givesRole: 'Gives a role here',
  roleHint:
    'The members of this group administer this server. Every change is recorded, and needs a sign-in of the last 15 minutes.',
  configured: 'This group comes from the configuration file. You can add members here.',
  members: 'Members',
  noMembers: 'No members.',
  source: 'Source',
  form: {
    name: 'Name',
    nameHint: 'Applications see it: a-z, 0-9, dot, underscore and dash.',
    title: 'Title',
    titleHint: 'People read it on pages.',
    description: 'What it is for',
    editTitle: (name) => `Edit ${name}`,
  },
  member: {
    add: 'Add a member',
    title: (group) => `Add a member to ${group}`,
    login: 'Username or verified email address',
    unknown: 'There is no such account.',
  },
  removeMember: {
    title: (account, group) => `Remove ${account} from ${group}?`,
    explain:
      'The person loses what the group allows. If an identity provider names the group, the membership returns at the next sign-in there.',
    explainRole: 'The person loses the role in the administration at once.',
    submit: 'Remove',
  },
  remove: {
    link: 'Delete',
    title: (name) => `Delete the group ${name}?`,
    explain: 'All memberships end, and the group is deleted. This can’t be undone.',
    typed: (name) => ['Type ', name, ' to confirm'],
    submit: 'Delete the group',
  },
  done: {
    added: 'Added.',
    saved: 'Saved.',
    memberAdded: 'The member was added.',
    memberRemoved: 'The member was removed.',
    removed: 'The group was deleted.',
  },
};
