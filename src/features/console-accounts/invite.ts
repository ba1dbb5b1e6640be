import {
  type ConsoleHandler,
  type ConsoleVisit,
  consolePaths,
  problemOf,
} from '../../services/console-pages/index.ts';
import {
  type InvitationFormModel,
  invitationFormPage,
  shownLinkPage,
} from '../../views/console/account-form.ts';
import { moment } from '../../views/console/parts.ts';
import { languages } from '../../views/languages/index.ts';
import { errorsOf, groupsIn } from './account-input.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';

const hours = [1, 24, 72, 168];

export const invitePerson = ({
  config,
  administration,
  mail,
}: Pick<ConsoleAccountsDependencies, 'config' | 'administration' | 'mail'>): ConsoleHandler => {
  const offered = mail.isEnabled
    ? languages
        .filter(({ tag }) => config.pages.languages.includes(tag))
        .map(({ tag, name }) => ({ tag, name }))
    : [];
  const preset = offered.some(({ tag }) => tag === config.pages.default_language)
    ? config.pages.default_language
    : '';

  const show = (
    { frame, csrf }: ConsoleVisit,
    {
      status = 200,
      ...model
    }: Pick<InvitationFormModel, 'input'> & Partial<InvitationFormModel> & { readonly status?: number },
  ) => {
    const page = invitationFormPage(frame, {
      action: `${consolePaths.accounts}/invite`,
      csrf,
      back: consolePaths.accounts,
      hours,
      languages: offered,
      errors: {},
      ...model,
    });
    return { page, status };
  };

  return async (visit) => {
    const { by, form, frame } = visit;
    const isNew = visit.method === 'GET' && !visit.isKept;
    const { email = '', username = '', name = '', groups = '', language = isNew ? preset : '' } = form;
    const input = { email, username, name, groups, hours: form['hours'] ?? '72', language };
    if (visit.method === 'GET') return show(visit, { input });
    const lifetime = hours.find((count) => String(count) === input.hours) ?? 1;
    try {
      const { url, until } = await administration.invitations.invite(by, {
        email: email.trim(),
        ...(username.trim() !== '' && { username: username.trim() }),
        claims: name.trim() === '' ? {} : { name: name.trim() },
        groups: groupsIn(groups),
        lifetimeSeconds: lifetime * 3600,
        ...(offered.some(({ tag }) => tag === language) && { language }),
      });
      if (language !== '') return { to: `${consolePaths.accounts}?done=invited` };
      const page = shownLinkPage(frame, {
        kind: 'invitation',
        url,
        until: moment(frame, until),
        name: email,
        back: consolePaths.accounts,
      });
      return { page };
    } catch (error) {
      const problem = problemOf(error, frame.text);
      const { errors, problem: sentence } = errorsOf(problem);
      const { email: atEmail, username: atName, groups: atGroups } = errors;
      return show(visit, {
        input,
        status: problem.status,
        errors: {
          ...(problem.code === 'address_invalid' && { email: problem.message }),
          ...(atEmail !== undefined && { email: atEmail }),
          ...(atName !== undefined && { username: atName }),
          ...(atGroups !== undefined && { groups: atGroups }),
        },
        ...(problem.code !== 'address_invalid' && { problem: sentence }),
      });
    }
  };
};
