import type { Command } from '#src/command.ts';
import { add } from './add.ts';
import { disable, enable, remove, show, signOut } from './change.ts';
import { exportAccounts } from './export.ts';
import { factors } from './factors/index.ts';
import { importAccounts } from './import/index.ts';
import { invitations } from './invitations.ts';
import { invite } from './invite.ts';
import { list } from './list.ts';
import { hashPassword, resetPassword } from './password.ts';
import { recoveryLink } from './recovery-link.ts';
import { releaseName } from './release-name.ts';
import { require } from './require.ts';
import { revoke } from './revoke.ts';
import { update } from './update.ts';

export const account: Command = (program, context) => {
  const group = program.command('account').description('accounts: who may sign in');
  const all = [
    add,
    invite,
    invitations,
    list,
    show,
    update,
    disable,
    enable,
    signOut,
    revoke,
    resetPassword,
    require,
    factors,
    recoveryLink,
    remove,
    releaseName,
    hashPassword,
    importAccounts,
    exportAccounts,
  ];
  for (const command of all) command(group, context);
};
