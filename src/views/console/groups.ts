import { alert, createFields, type FieldError, hidden, submit } from '../fields.ts';
import { type Html, html } from '../html.ts';
import { ownPath } from '../links.ts';
import type { ConsoleFrame } from './frame.ts';
import { consolePage } from './layout.ts';
import { doneNotice, nextPage, table } from './parts.ts';

interface GroupRow {
  readonly href: string;
  readonly name: string;
  readonly title: string | undefined;
  readonly isConfigured: boolean;
  readonly givesRole: boolean;
}

export interface GroupsModel {
  readonly path: string;
  readonly groups: readonly GroupRow[];
  readonly next: string | undefined;
  /** Absent for people who may add none. */
  readonly add: string | undefined;
  readonly done: string | undefined;
}

const badges = (
  { text: { groups, accounts } }: ConsoleFrame,
  { isConfigured, givesRole }: { readonly isConfigured: boolean; readonly givesRole: boolean },
): Html =>
  html`${isConfigured && html`<span class="badge">${accounts.badges.configured}</span> `}${givesRole && html`<span class="badge badge-new">${groups.givesRole}</span>`}`;

export const groupsPage = (frame: ConsoleFrame, { path, groups, next, add, done }: GroupsModel): string => {
  const { groups: text } = frame.text;
  return consolePage(frame, {
    title: text.title,
    body: html`
    ${doneNotice(done)}
    ${add !== undefined && html`<p class="console-actions"><a role="button" class="group-add" href="${ownPath(add)}">${text.add}</a></p>`}
    ${
      groups.length === 0
        ? html`<p>${text.none} <code>postern group add staff</code></p>`
        : table(
            text.title,
            [
              {
                label: text.form.name,
                cell: ({ href, name }) => html`<a class="group-open" href="${ownPath(href)}">${name}</a>`,
              },
              { label: text.form.title, cell: ({ title }) => title },
              { label: text.status, cell: (row) => badges(frame, row) },
            ],
            groups,
          )
    }
    ${next !== undefined && nextPage(frame, path, { after: next })}`,
  });
};

export interface GroupModel {
  readonly path: string;
  readonly group: {
    readonly name: string;
    readonly title?: string;
    readonly description?: string;
    readonly from: 'configuration' | 'store';
  };
  readonly givesRole: boolean;
  readonly members: readonly {
    readonly username: string;
    readonly href: string;
    /** The upstream that named it. Absent for a membership that an operator added. */
    readonly upstream: string | undefined;
    readonly isConfigured: boolean;
    /** Absent where the membership can't be removed here. */
    readonly remove: string | undefined;
  }[];
  readonly next: string | undefined;
  /** Absent for people who may change nothing. */
  readonly actions: { readonly add: string; readonly edit?: string; readonly remove?: string } | undefined;
  readonly done: string | undefined;
}

export const groupPage = (frame: ConsoleFrame, model: GroupModel): string => {
  const { groups: text, accounts, lists } = frame.text;
  const { path, group, givesRole, members, next, actions, done } = model;
  const isConfigured = group.from === 'configuration';
  return consolePage(frame, {
    title: group.title ?? group.name,
    body: html`
    ${doneNotice(done)}
    <p><code>${group.name}</code> ${badges(frame, { isConfigured, givesRole })}</p>
    ${group.description !== undefined && html`<p>${group.description}</p>`}
    ${givesRole && html`<p class="notice notice-warn">${text.roleHint}</p>`}
    ${isConfigured && html`<p class="hint">${text.configured}</p>`}
    ${
      actions &&
      html`<p class="console-actions"><a role="button" class="group-member-add" href="${ownPath(actions.add)}">${text.member.add}</a>
      ${actions.edit !== undefined && html`<a role="button" class="secondary group-edit" href="${ownPath(actions.edit)}">${accounts.detail.edit}</a>`}
      ${actions.remove !== undefined && html`<a role="button" class="danger group-remove" href="${ownPath(actions.remove)}">${text.remove.link}</a>`}</p>`
    }
    <h2>${text.members}</h2>
    ${
      members.length === 0
        ? html`<p>${text.noMembers}</p>`
        : table(
            text.members,
            [
              {
                label: accounts.columns.username,
                cell: ({ href, username }) => html`<a href="${ownPath(href)}">${username}</a>`,
              },
              {
                label: text.source,
                cell: ({ upstream, isConfigured: fromFile }) =>
                  fromFile
                    ? accounts.badges.configured
                    : upstream === undefined
                      ? accounts.detail.fromOperator
                      : accounts.detail.fromUpstream(upstream),
              },
              {
                label: lists.actions,
                cell: ({ remove, username }) =>
                  remove !== undefined &&
                  html`<a class="group-member-remove" href="${ownPath(remove)}">${accounts.detail.remove}<span class="visually-hidden">: ${username}</span></a>`,
              },
            ],
            members,
          )
    }
    ${next !== undefined && nextPage(frame, path, { after: next })}`,
  });
};

export interface GroupFormModel {
  readonly action: string;
  readonly csrf: string;
  readonly back: string;
  readonly input: { readonly name: string; readonly title: string; readonly description: string };
  /** Absent for a group that is added. */
  readonly version?: string;
  /** What is wrong with the name of a new group. */
  readonly nameProblem?: string;
  readonly problem?: string;
  readonly conflict?: Html;
}

export const groupFormPage = (frame: ConsoleFrame, model: GroupFormModel): string => {
  const { form: text } = frame.text.groups;
  const { action, csrf, back, input, version, nameProblem, problem, conflict } = model;
  const isNew = version === undefined;
  const errors: readonly FieldError[] =
    nameProblem === undefined ? [] : [{ field: 'name', message: nameProblem }];
  const inputs = createFields(frame.page.messages, errors);
  return consolePage(frame, {
    title: isNew ? frame.text.groups.add : text.editTitle(input.name),
    invalid: errors.length > 0 || problem !== undefined || conflict !== undefined,
    body: html`
    ${conflict}
    ${problem !== undefined && alert(problem)}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf, ...(version !== undefined && { version }) })}
      ${isNew && inputs.text({ name: 'name', label: text.name, hint: text.nameHint, value: input.name, autocomplete: 'off' })}
      ${inputs.text({ name: 'title', label: text.title, hint: text.titleHint, value: input.title, autocomplete: 'off' })}
      ${inputs.area({ name: 'description', label: text.description, value: input.description })}
      <div class="actions">
        ${submit({ label: frame.text.accounts.form.save, class: 'group-save' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${frame.page.messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};

export interface MemberFormModel {
  readonly group: string;
  readonly action: string;
  readonly csrf: string;
  readonly back: string;
  readonly login: string;
  readonly problem: string | undefined;
  readonly givesRole: boolean;
}

export const memberFormPage = (frame: ConsoleFrame, model: MemberFormModel): string => {
  const { member: text, roleHint } = frame.text.groups;
  const { group, action, csrf, back, login, problem, givesRole } = model;
  const errors: readonly FieldError[] = problem === undefined ? [] : [{ field: 'login', message: problem }];
  const inputs = createFields(frame.page.messages, errors);
  return consolePage(frame, {
    title: text.title(group),
    invalid: errors.length > 0,
    body: html`
    ${givesRole && html`<p class="notice notice-warn">${roleHint}</p>`}
    <form method="post" action="${ownPath(action)}" novalidate>
      ${hidden({ csrf })}
      ${inputs.text({ name: 'login', label: text.login, value: login, autocomplete: 'off' })}
      <div class="actions">
        ${submit({ label: text.add, class: 'member-save' })}
        <a role="button" class="secondary" href="${ownPath(back)}">${frame.page.messages.confirm.cancel}</a>
      </div>
    </form>`,
  });
};
