import type { ConsoleOverviewMessages } from './messages.ts';

export const en: ConsoleOverviewMessages = {
  menu: 'Overview',
  title: 'Administration',
  mayDo: {
    viewer: 'You can see everything here, and change nothing.',
    support:
      'You can see everything here. You can disable and enable accounts, end sessions, and send the mail for a new password.',
    admin: 'You can see and change everything here.',
  },
  counts: { title: 'What there is', accounts: 'Accounts', groups: 'Groups', clients: 'Clients' },
  signIns: {
    title: 'Sign-ins',
    ok: 'Succeeded',
    failed: 'Failed',
    ranges: { '24h': '24 hours', '7d': '7 days', '30d': '30 days' },
    period: 'Period',
    time: 'From',
    summary: (ok, failed) => `${ok} succeeded, ${failed} failed`,
    table: 'As a table',
  },
  firstSteps: {
    title: 'First steps',
    done: 'Done',
    steps: {
      client: 'Register your first application',
      person: 'Add an account, or invite a person',
      factor: 'Protect your own account with a passkey or an authenticator app',
      mail: 'Configure a mail server, so that people can set a new password',
    },
  },
  recent: 'What happened last',
  nothing: 'Nothing was recorded.',
  all: 'The whole record',
};
