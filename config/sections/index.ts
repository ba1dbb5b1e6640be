/**
 * The keys of the configuration, one subject per file. The type, the check, the defaults, the reference and the schema
 * for editors come from these schemas. Rules that span several keys are in `config/checks`.
 */
import type { Static } from 'typebox';
import { list, map, section, text } from '../schema/build.ts';
import { account } from './account.ts';
import { client } from './client.ts';
import { group } from './group.ts';
import { keys } from './keys.ts';
import { mail } from './mail.ts';
import { admin, audit, log, metrics, tracing } from './operation.ts';
import { pages } from './pages.ts';
import { passkeys } from './passkeys.ts';
import { profile } from './profile.ts';
import { registration } from './registration.ts';
import { releases, resource, scope } from './resource.ts';
import { security } from './security.ts';
import { demo, issuer, listen, mode, proxy } from './server.ts';
import { signIn } from './sign-in.ts';
import { signUp } from './sign-up.ts';
import { store } from './store.ts';
import { tokens } from './tokens.ts';
import { upstream } from './upstream.ts';

export const schema = section('Configuration of Postern.', {
  mode,
  issuer,
  listen,
  proxy,
  store,
  clients: list(client, 'Clients in the configuration. Other clients are in the store.', { default: [] }),
  accounts: list(account, 'Accounts in the configuration. Other accounts are in the store.', { default: [] }),
  groups: list(group, 'Groups in the configuration. Other groups are in the store.', { default: [] }),
  upstreams: list(upstream, 'Other identity providers that people sign in with.', { default: [] }),
  resources: list(resource, 'APIs that accept access tokens of this server.', { default: [] }),
  scopes: map(scope, 'The text of the consent page for each scope.', { default: {} }),
  claims: map(
    releases,
    'Custom claims for each scope that releases them at /userinfo. Clients may request a scope that is listed here; a standard scope releases these claims in addition to its own.',
    { default: {} },
  ),
  extensions: list(
    text('The file of a module.', { format: 'file' }),
    'Your own modules: each exports an object with `claims(context)` or `onEvent(event)` by default. Names in the configuration file are relative to its folder.',
    { default: [] },
  ),
  tokens,
  security,
  keys,
  registration,
  pages,
  passkeys,
  sign_in: signIn,
  sign_up: signUp,
  profile,
  mail,
  demo,
  metrics,
  audit,
  tracing,
  admin,
  log,
});

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** The configuration as an operator writes it. */
export type EnteredConfig = Frozen<Static<typeof schema>>;

type EnteredResource = EnteredConfig['resources'][number];
export type ResourceScope = Exclude<EnteredResource['scopes'][number], string>;

interface Resource extends Omit<EnteredResource, 'scopes'> {
  /** The names of its scopes. */
  readonly scopes: readonly string[];
  /** Scopes that have more than a name. Absent: none has. */
  readonly scopeRules?: readonly ResourceScope[];
  /**
   * Only clients of the operator that list the resource get tokens for it, and a person is always asked for consent. No
   * key sets it: it is for the administration API.
   */
  readonly isRestricted?: true;
}

interface Admin extends Omit<EnteredConfig['admin'], 'enabled'> {
  readonly enabled: boolean;
}

/** The effective configuration. It is complete, checked and never changed after loading. */
export interface Config extends Omit<EnteredConfig, 'admin' | 'resources'> {
  readonly admin: Admin;
  readonly resources: readonly Resource[];
}
export type ClientConfig = Config['clients'][number];
export type AccountConfig = Config['accounts'][number];
export type ResourceConfig = Config['resources'][number];
export type UpstreamConfig = Config['upstreams'][number];
