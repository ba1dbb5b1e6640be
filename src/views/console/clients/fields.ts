import { checkbox, type createFields } from '../../fields.ts';
import { type Html, html } from '../../html.ts';
import type { ConsoleFrame } from '../frame.ts';

/** Fields of the forms for clients, by the names of their metadata. */
export type ClientField =
  | 'client_name'
  | 'redirect_uris'
  | 'post_logout_redirect_uris'
  | 'scope'
  | 'audience'
  | 'resources'
  | 'allowed_groups'
  | 'first_party'
  | 'more';

type Values = Readonly<Record<string, string | undefined>>;

export const clientFields = (
  frame: ConsoleFrame,
  inputs: ReturnType<typeof createFields>,
  { names, values }: { readonly names: readonly ClientField[]; readonly values: Values },
): readonly Html[] => names.map((name) => clientField(frame, inputs, name, values[name]));

const clientField = (
  { text: { clients } }: ConsoleFrame,
  inputs: ReturnType<typeof createFields>,
  name: ClientField,
  value: string | undefined,
): Html => {
  const { fields: text } = clients;
  switch (name) {
    case 'client_name':
      return inputs.text({ name, label: text.name, hint: text.nameHint, value, autocomplete: 'off' });
    case 'redirect_uris':
      return inputs.area({ name, label: text.redirectUris, hint: text.redirectUrisHint, value, rows: 3 });
    case 'post_logout_redirect_uris':
      return inputs.area({ name, label: text.postLogoutRedirectUris, value, rows: 2 });
    case 'scope':
      return inputs.text({ name, label: text.scope, hint: text.scopeHint, value, autocomplete: 'off' });
    case 'audience':
      return inputs.text({ name, label: text.audience, hint: text.audienceHint, value, autocomplete: 'off' });
    case 'resources':
      return inputs.area({ name, label: text.resources, hint: text.resourcesHint, value, rows: 2 });
    case 'allowed_groups':
      return inputs.area({ name, label: text.allowedGroups, hint: text.allowedGroupsHint, value, rows: 2 });
    case 'first_party':
      return html`${checkbox({ name, label: text.firstParty, hint: text.firstPartyHint, checked: value === 'yes' })}`;
    case 'more':
      return inputs.area({ name, label: text.more, hint: text.moreHint, value, rows: 10 });
  }
};
