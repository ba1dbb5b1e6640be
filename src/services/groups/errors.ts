import { exitCode, Failure } from '../../errors.ts';

export const groupNotFound = (name: string): Failure =>
  new Failure({
    code: 'group_not_found',
    message: `There is no group ${name}; \`group list\` shows all groups, and \`group add\` makes one.`,
    status: 404,
    exit: exitCode.notFound,
  });

export const groupExists = (name: string): Failure =>
  new Failure({
    code: 'group_exists',
    message: `A group ${name} exists already; choose another name, or update that one.`,
    status: 409,
    exit: exitCode.conflict,
  });

export const groupConfigured = (name: string): Failure =>
  new Failure({
    code: 'group_configured',
    message: `The group ${name} comes from the configuration; change it there.`,
    status: 409,
    exit: exitCode.conflict,
  });

export const hasConfiguredMembers = (name: string, username: string): Failure =>
  new Failure({
    code: 'group_configured',
    message: `The account ${username} of the configuration is in the group ${name}; remove it from the group there first.`,
    status: 409,
    exit: exitCode.conflict,
  });

export const groupInUse = (name: string, where: string): Failure =>
  new Failure({
    code: 'group_in_use',
    message: `The group ${name} is named by ${where}; change that first.`,
    status: 409,
    exit: exitCode.conflict,
  });

export const groupInvalid = (message: string): Failure =>
  new Failure({ code: 'group_invalid', message, status: 422, exit: exitCode.usage });
