import { en as accounts } from './accounts/en.ts';
import { en as branding } from './branding/en.ts';
import { en as clients } from './clients/en.ts';
import { en as groups } from './groups/en.ts';
import type { ConsoleMessages } from './messages.ts';
import { en as operation } from './operation/en.ts';
import { en as overview } from './overview/en.ts';

export const en = {
  menu: { label: 'Administration', account: 'Your account', signOut: 'Sign out' },
  roles: { viewer: 'Viewer', support: 'Support', admin: 'Administrator' },
  noRole: {
    title: 'You have no access to the administration',
    why: (account) => ['You are signed in as ', account, ', which has no role in the administration.'],
    what: 'Ask an administrator for a role, or sign in with another account.',
    command: 'This server runs in development. This command prints a link that makes an administrator:',
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
  keptInput:
    'You signed in again, and your input is still here. Nothing was saved yet. Enter a password again if the form has one.',
  problems: {
    account_exists: 'An account with this username exists already. Choose another one.',
    account_configured: 'This account comes from the configuration and is changed there.',
    account_disabled: 'The account is disabled. Enable it first.',
    account_superseded:
      'An account of the configuration has this username. Give this account another username first.',
    address_invalid: 'Enter one email address, such as ada@example.com.',
    email_taken: 'Another account has this verified address.',
    factor_not_needed:
      'This account has a second factor already, or no second factor can be set up on this server.',
    group_exists: 'A group with this name exists already. Choose another name.',
    group_invalid:
      'A group has a name of up to 64 characters (a-z, 0-9, dot, underscore and dash) and a title of up to 255. A person is in 200 groups at most.',
    group_not_found: 'There is no group with this name. Add the group first.',
    image_configured: 'This image comes from the configuration and is changed there.',
    image_invalid: 'This is no PNG, WebP or SVG. Choose another file.',
    image_too_large: 'The file is larger than 256 KiB. Choose a smaller one.',
    last_administrator:
      'No one would administer this server any more. Give the role to another account first.',
    mail_not_configured: 'No mail server is configured. Pass the link on yourself.',
    no_mail: 'This account gets no mail: it needs a verified address, and has to be enabled.',
    unlocked_too_often:
      'This account was unlocked five times in a day. Send the person a link for a new password instead.',
    username_kept:
      'This username was that of another account, and is kept for it for a while. Choose another one.',
    version_changed: 'This was changed in the meantime. Look at it again before you go on.',
  },
  entries: {
    time: 'Time',
    event: 'Event',
    account: 'Account',
    client: 'Client',
    address: 'Address',
    outcomes: { refused: 'Refused', failed: 'Failed' },
  },
  accounts,
  groups,
  sessions: {
    menu: 'Sessions',
    title: 'Sessions',
    search: 'Username, name or email address',
    searchHint: 'The beginning is enough. Without it, you see the people who signed in last.',
    of: (account) => ['Sessions of ', account],
    recent: 'Signed in last',
    browser: 'Browser',
    address: 'Address',
    signedIn: 'Signed in',
    lastUsed: 'Last used',
    apps: 'Apps',
    none: 'No sessions.',
    end: 'End',
    endTitle: 'End this session?',
    explain: 'The person is signed out in this browser, and apps that it was used for are told.',
    submit: 'End the session',
    done: 'The session has ended.',
    gone: 'This session has ended already.',
  },
  branding,
  clients,
  operation,
  overview,
} satisfies ConsoleMessages;
