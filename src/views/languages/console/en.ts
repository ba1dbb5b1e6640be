import type { ConsoleMessages } from './messages.ts';

export const en = {
  menu: { label: 'Administration', account: 'Your account', signOut: 'Sign out' },
  roles: { viewer: 'Viewer', support: 'Support', admin: 'Administrator' },
  noRole: {
    title: 'You have no access to the administration',
    why: (account) => ['You are signed in as ', account, ', which has no role in the administration.'],
    what: 'Ask an administrator for a role, or sign in with another account.',
    signOut: 'Sign out',
  },
  confirm: {
    typed: (name) => ['Type ', name, ' to confirm'],
    typedWrong: 'That is not the name. Type it exactly as it is written above.',
  },
  lists: { search: 'Search', next: 'Next page', none: 'Nothing was found.', actions: 'Actions' },
  conflict: {
    title: 'Changed in the meantime',
    why: 'Someone else changed this after you had opened the form, so nothing was saved. Your input is still here.',
    field: 'Field',
    theirs: 'Saved now',
    yours: 'Your input',
    keep: 'Save again to replace what is saved now with your input.',
  },
  overview: {
    menu: 'Overview',
    title: 'Administration',
    mayDo: {
      viewer: 'You can see everything here, and change nothing.',
      support:
        'You can see everything here. You can disable and enable accounts, end sessions, and send the mail for a new password.',
      admin: 'You can see and change everything here.',
    },
  },
} satisfies ConsoleMessages;
