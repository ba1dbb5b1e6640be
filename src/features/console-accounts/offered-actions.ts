import type { Account } from '../../services/accounts/index.ts';
import { type ConsoleVisit, consolePaths } from '../../services/console-pages/index.ts';
import type { Mail } from '../../services/mail/index.ts';
import type { AccountDetailModel } from '../../views/console/account.ts';

type Action = AccountDetailModel['actions'][number];

/** What an administrator may do with an account, as links of its page. */
export const offeredActions = (
  { by, frame: { text } }: ConsoleVisit,
  account: Account,
  mail: Pick<Mail, 'isEnabled'>,
): readonly Action[] => {
  const path = consolePaths.account(account.id);
  const messages = text.accounts;
  const isStored = account.from === 'store';
  const may = (permission: 'accounts' | 'accounts.support' | 'sessions', name: string, label: string) =>
    by.permissions.has(permission) ? [{ name, href: `${path}/${name}`, label }] : [];
  const action = (permission: 'accounts.support' | 'sessions', name: keyof typeof messages.actions) =>
    may(permission, name, messages.actions[name].link);
  const mayBeDisabled = account.enabled || account.isSuperseded === true;
  const getsMail = mail.isEnabled && account.enabled && account.claims['email_verified'] === true;
  return [
    ...(isStored ? may('accounts', 'edit', messages.detail.edit) : []),
    ...(isStored ? action('accounts.support', mayBeDisabled ? 'disable' : 'enable') : []),
    ...action('accounts.support', 'unlock'),
    ...action('sessions', 'sign-out'),
    ...(isStored && getsMail ? action('accounts.support', 'reset-mail') : []),
    ...(isStored && account.enabled ? may('accounts', 'recovery-link', messages.detail.recoveryLink) : []),
  ];
};
