import { type ConsoleHandler, consolePaths, problemOf } from '../../services/console-pages/index.ts';
import { conflictNotice } from '../../views/console/conflict.ts';
import { groupFormPage } from '../../views/console/groups.ts';
import type { ConsoleGroupsDependencies } from './dependencies.ts';
import { findChangeableGroup } from './find.ts';

const textIn = (value: string | undefined): string => (value ?? '').replaceAll('\r\n', '\n').trim();

export const addGroup =
  ({ accounts, administration }: ConsoleGroupsDependencies): ConsoleHandler =>
  async (visit) => {
    const { by, form, frame, csrf, method } = visit;
    const input = {
      name: textIn(form['name']),
      title: textIn(form['title']),
      description: textIn(form['description']),
    };
    const shared = { action: `${consolePaths.groups}/new`, csrf, back: consolePaths.groups, input };
    if (method === 'GET') return { page: groupFormPage(frame, shared) };
    const { name, title, description } = input;
    if (accounts.isRoleGroup(name)) visit.requireRecentSignIn();
    try {
      await administration.groups.add(by, {
        name,
        ...(title !== '' && { title }),
        ...(description !== '' && { description }),
      });
      return { to: `${consolePaths.group(name)}?done=added` };
    } catch (error) {
      const { message, status } = problemOf(error, frame.text);
      return { page: groupFormPage(frame, { ...shared, nameProblem: message }), status };
    }
  };

export const editGroup =
  (dependencies: ConsoleGroupsDependencies): ConsoleHandler =>
  async (visit) => {
    const { by, form, frame, csrf, method } = visit;
    const group = await findChangeableGroup(dependencies, visit);
    const { name } = group;
    const path = consolePaths.group(name);
    const shared = { action: `${path}/edit`, csrf, back: path };
    const { version = '', title = '', description = '' } = group;
    if (method === 'GET' && !visit.isKept) {
      const input = { name, title, description };
      return { page: groupFormPage(frame, { ...shared, input, version }) };
    }
    const input = { name, title: textIn(form['title']), description: textIn(form['description']) };
    const ifVersion = form['version'] ?? '';
    if (method === 'GET') return { page: groupFormPage(frame, { ...shared, input, version: ifVersion }) };
    try {
      await dependencies.administration.groups.update(
        by,
        name,
        {
          title: input.title === '' ? null : input.title,
          description: input.description === '' ? null : input.description,
        },
        { ifVersion },
      );
      return { to: `${path}?done=saved` };
    } catch (error) {
      const { code, message, status } = problemOf(error, frame.text);
      if (code !== 'version_changed')
        return {
          page: groupFormPage(frame, { ...shared, input, version: ifVersion, problem: message }),
          status,
        };
      const now = (await dependencies.groups.find(name)) ?? group;
      const { groups: text } = frame.text;
      const differences = [
        { label: text.form.title, theirs: now.title ?? '', yours: input.title },
        { label: text.form.description, theirs: now.description ?? '', yours: input.description },
      ].filter(({ theirs, yours }) => theirs !== yours);
      const conflict = conflictNotice(frame, differences);
      return {
        page: groupFormPage(frame, { ...shared, input, version: now.version ?? '', conflict }),
        status,
      };
    }
  };
