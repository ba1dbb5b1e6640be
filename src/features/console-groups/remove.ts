import { type ConsoleHandler, consolePaths, problemOf } from '../../services/console-pages/index.ts';
import { consoleConfirmPage, typedField } from '../../views/console/confirm.ts';
import { html } from '../../views/html.ts';
import { strong } from '../../views/identities.ts';
import type { ConsoleGroupsDependencies } from './dependencies.ts';
import { findChangeableGroup } from './find.ts';

export const removeGroup =
  (dependencies: ConsoleGroupsDependencies): ConsoleHandler =>
  async (visit) => {
    const { by, form, frame, csrf, method } = visit;
    const { name, version = '' } = await findChangeableGroup(dependencies, visit);
    const { remove: text } = frame.text.groups;
    const path = consolePaths.group(name);
    const show = (isWrong: boolean, problem?: string) =>
      consoleConfirmPage(frame, {
        title: text.title(name),
        body: html`<p>${text.explain}</p>`,
        action: `${path}/remove`,
        csrf,
        fields: { version },
        back: path,
        submit: text.submit,
        isDanger: true,
        typed: { label: text.typed(strong(name)), isWrong },
        problem,
      });
    if (method === 'GET') return { page: show(false) };
    if (form[typedField]?.trim() !== name) return { page: show(true), status: 422 };
    try {
      await dependencies.administration.groups.remove(by, name, { ifVersion: form['version'] ?? '' });
    } catch (error) {
      const { message, status } = problemOf(error, frame.text);
      return { page: show(false, message), status };
    }
    return { to: `${consolePaths.groups}?done=removed` };
  };
