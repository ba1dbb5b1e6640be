import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import type { Engine } from '../../provider/engine.ts';
import { authTimeOf } from '../../provider/sessions/session-auth-time.ts';
import type { Clock } from '../../store/port.ts';
import type { StrengthOf } from '../account-pages/index.ts';
import type { Account, Accounts } from '../accounts/index.ts';
import { type Administrator, permissionsOfRole, type Role, roleOf } from '../administration/index.ts';
import type { AuthenticationLevels } from '../authentication-levels/index.ts';
import { findReadyAccount, loadSession, type Session } from '../sign-ins/index.ts';

export interface AdmitDependencies {
  readonly config: Pick<Config, 'admin'>;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'find' | 'requirementsOf'>;
  readonly levels: Pick<AuthenticationLevels, 'reaches'>;
  readonly engine: () => Engine;
  readonly strengthOf: StrengthOf;
}

/** An administrator, and the session that the browser sent. */
export interface Admitted {
  readonly kind: 'administrator';
  readonly by: Administrator;
  readonly role: Role;
  readonly account: Account;
  readonly session: Session;
  /** Parameters of the authorization request for a sign-in that is good for sensitive changes. */
  readonly stepUp: Readonly<Record<string, string>>;
}

export type Admission =
  | Admitted
  | { readonly kind: 'no role'; readonly account: Account }
  | { readonly kind: 'sign-in'; readonly parameters: Readonly<Record<string, string>> };

export const recentSeconds = 15 * 60;
/** A form that is shown now can be sent for at least this long. */
export const timeForForm = 120;

/** Finds out who asks. The role and the session are read with each request, so what a person lost takes effect at once. */
export const createAdmit =
  ({ config, accounts, levels, engine, strengthOf }: AdmitDependencies) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<Admission> => {
    const session = await loadSession(engine().provider, request, reply);
    const account = await findReadyAccount(session, accounts);
    if (!account) return { kind: 'sign-in', parameters: {} };
    const role = roleOf(config.admin, account);
    if (role === undefined) return { kind: 'no role', account };
    const { acr, amr = [] } = session;
    const { required_acr: required } = config.admin;
    if (required !== undefined && !levels.reaches(acr, [required]))
      return { kind: 'sign-in', parameters: { acr_values: required } };
    const strength = await strengthOf(account);
    const isStrong = strength.isReachedBy({ amr, ...(acr !== undefined && { acr }) });
    return {
      kind: 'administrator',
      role,
      account,
      session,
      by: {
        kind: 'person',
        id: account.id,
        role,
        permissions: permissionsOfRole(role),
        // A sign-in that skipped a factor of the account counts as no recent one.
        signedInAt: isStrong ? authTimeOf(session) : 0,
        address: request.ip,
        correlation: request.id,
      },
      stepUp: isStrong
        ? { max_age: String(recentSeconds - timeForForm) }
        : { ...strength.parameters, prompt: 'login' },
    };
  };
