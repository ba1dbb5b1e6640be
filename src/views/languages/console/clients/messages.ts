import type { Value } from '../../../html.ts';

type Phrase = readonly Value[];
type ByType = Readonly<
  Record<'web' | 'spa' | 'native' | 'machine' | 'device' | 'issuer', { name: string; hint: string }>
>;

/** The texts of the pages for clients. */
export interface ClientMessages {
  readonly menu: string;
  readonly title: string;
  readonly search: string;
  readonly type: string;
  readonly anyType: string;
  readonly add: string;
  readonly none: string;
  readonly byCommand: string;
  readonly columns: { name: string; id: string; type: string; state: string };
  readonly states: { active: string; stopped: string };
  readonly sources: Readonly<Record<'built-in' | 'configuration' | 'store' | 'registration', string>>;
  readonly types: ByType;
  readonly new: {
    title: string;
    lead: string;
    types: string;
    recipes: string;
    recipesHint: string;
    ofType: (type: string) => string;
    ofApplication: (application: string) => string;
    address: string;
    addressHint: (example: string) => string;
    addressWrong: (example: string) => string;
    submit: string;
    expert: string;
    clientId: string;
    clientIdHint: string;
    clientIdForRecipes: string;
    exists: string;
  };
  readonly fields: {
    name: string;
    nameHint: string;
    nameMissing: string;
    redirectUris: string;
    redirectUrisHint: string;
    postLogoutRedirectUris: string;
    scope: string;
    scopeHint: string;
    audience: string;
    audienceHint: string;
    resources: string;
    resourcesHint: string;
    allowedGroups: string;
    allowedGroupsHint: string;
    firstParty: string;
    firstPartyHint: string;
    more: string;
    moreHint: string;
    moreWrong: string;
    line: (number: number, problem: string) => string;
  };
  readonly created: {
    title: (client: string) => string;
    secret: string;
    once: string;
    environment: string;
    download: string;
    notes: string;
    request: string;
    open: string;
  };
  readonly tabs: { label: string; overview: string; edit: string; secrets: string; logo: string };
  readonly logo: { hint: string };
  readonly overview: {
    source: string;
    created: string;
    stopped: string;
    grants: string;
    method: string;
    connection: string;
    metadata: string;
    danger: string;
    stop: string;
    start: string;
    remove: string;
    audit: string;
    fixed: string;
  };
  readonly edit: { submit: string; oldSignIn: string; signIn: string };
  readonly secrets: {
    none: string;
    unused: string;
    name: string;
    created: string;
    expires: string;
    never: string;
    remove: string;
    add: string;
    addHint: string;
    nameHint: string;
    days: string;
    daysHint: string;
    addSubmit: string;
    rotate: string;
    rotateHint: string;
    hours: string;
    rotateSubmit: string;
    numberWrong: string;
    newTitle: (name: string) => string;
    removeTitle: string;
    removeBody: (name: Value, client: Value) => Phrase;
    back: string;
  };
  readonly stop: { title: string; body: (client: Value) => Phrase; submit: string };
  readonly start: { title: string; body: (client: Value) => Phrase; submit: string };
  readonly remove: { title: string; body: (client: Value) => Phrase; submit: string };
  readonly done: Readonly<Record<'saved' | 'stopped' | 'started' | 'removed' | 'secretRemoved', string>>;
}
