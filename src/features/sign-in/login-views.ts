import type { Config } from '#config';
import { displayOf } from '../../http/interactions/client-display.ts';
import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Visit } from '../../http/interactions/step.ts';
import type { Account } from '../../services/accounts/index.ts';
import { displayOfAccount, isAnotherAccountRequested } from '../../services/sign-ins/index.ts';
import { type LoginModel, loginPage } from '../../views/pages/login.ts';
import { signedInPage } from '../../views/pages/signed-in.ts';
import type { SignInDependencies } from './dependencies.ts';

const loginHintOf = ({ interaction }: Visit): string | undefined => {
  const hint = interaction.params['login_hint'];
  return typeof hint === 'string' && !isAnotherAccountRequested(interaction) ? hint.slice(0, 256) : undefined;
};

interface LoginViewOptions {
  /** The verified address names the account too. */
  readonly acceptsEmail: boolean;
  readonly pages: Pick<Config['pages'], 'create_account' | 'remember_me'>;
  /** The account that signs in again; absent: any account may sign in. */
  readonly sessionAccount: Account | undefined;
  readonly forgotPassword: { readonly href: string } | undefined;
  readonly passkey: LoginModel['passkey'] | undefined;
  readonly ways: SignInDependencies['ways'];
  /** The page that sends a code, if there is one. */
  readonly emailCode: { readonly href: string } | undefined;
  readonly typed?: Pick<LoginModel, 'login' | 'remember' | 'problem' | 'signals'>;
}

export const renderLogin = (
  visit: Visit,
  {
    pages,
    acceptsEmail,
    sessionAccount,
    forgotPassword,
    passkey,
    emailCode,
    ways,
    typed = {},
  }: LoginViewOptions,
): { readonly show: string; readonly images: readonly string[] } => {
  const { upstreams, isLocalAllowed } = ways.offered(visit);
  const login = sessionAccount?.username ?? typed.login ?? loginHintOf(visit);
  const switchTo = `${visit.action}?another=yes`;
  const show = loginPage(visit.page, {
    action: hasQuery(visit.request, 'another') ? switchTo : visit.action,
    csrf: visit.csrf,
    client: displayOf(visit.client),
    acceptsEmail,
    ...(login !== undefined && { login }),
    ...(typed.problem && { problem: typed.problem }),
    ...(typed.signals && { signals: typed.signals }),
    ...(passkey && isLocalAllowed && { passkey }),
    ...(emailCode && { emailCode }),
    ...(pages.remember_me && { remember: typed.remember ?? false }),
    ...(forgotPassword && { forgot: forgotPassword }),
    ...(sessionAccount && { reauthentication: { switchTo } }),
    ...(pages.create_account && !sessionAccount && { register: { href: `${visit.action}?register=yes` } }),
    ...(upstreams.length > 0 && { upstreams }),
    ...(!isLocalAllowed && { isWithoutPassword: true }),
    ...(ways.isToLink(visit) && { isToLink: true }),
  });
  return { show, images: upstreams.flatMap(({ logo }) => logo ?? []) };
};

export const renderSignedInElsewhere = (visit: Visit, account: Account): string =>
  signedInPage(visit.page, {
    account: displayOfAccount(account),
    client: displayOf(visit.client),
    continueTo: `${visit.action}?continue=yes`,
    switchTo: `${visit.action}?another=yes`,
  });
