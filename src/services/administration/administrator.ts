import { Failure } from '../../errors.ts';
import type { Clock } from '../../store/port.ts';
import type { LinkMaker } from '../one-time-links/index.ts';
import { type Permission, type Role, scopeFor } from './permissions.ts';

const recentSeconds = 15 * 60;

/** Who asks for an operation: a person with a role, or a client that acts for itself. */
export interface Administrator {
  readonly kind: 'person' | 'client';
  /** The account, or the client. */
  readonly id: string;
  /** The client through which a person acts; absent in the console. */
  readonly client?: string;
  readonly role?: Role;
  readonly permissions: ReadonlySet<Permission>;
  /** Seconds since the epoch; 0 if the sign-in skipped a factor of the account. A client has no sign-in. */
  readonly signedInAt?: number;
  /** The address of the request, for the audit record. */
  readonly address: string;
  readonly correlation: string;
}

/** The sign-in is too long ago or too weak for the operation (RFC 9470 §3). */
export class StepUpRequired extends Failure {
  readonly maxAge: number | undefined;
  readonly acr: string | undefined;

  constructor({ maxAge, acr }: { readonly maxAge?: number; readonly acr?: string }) {
    super({
      code: 'insufficient_user_authentication',
      status: 401,
      message:
        acr === undefined
          ? `Sign in again: this needs a sign-in of the last ${recentSeconds / 60} minutes, with a second factor if the account has one.`
          : `Sign in again with a stronger method: this needs ${acr}.`,
    });
    this.name = 'StepUpRequired';
    this.maxAge = maxAge;
    this.acr = acr;
  }
}

/** What a link for another person keeps of who made it. */
export const makerOf = ({ kind, id, permissions }: Administrator): LinkMaker => ({
  kind,
  id,
  hadRoles: permissions.has('roles'),
});

export const requirePermission = ({ permissions }: Administrator, permission: Permission): void => {
  if (permissions.has(permission)) return;
  throw new Failure({
    code: 'insufficient_scope',
    status: 403,
    message: `This needs ${scopeFor(permission)}${permission === 'accounts' ? ', and for a person the role admin' : ', and for a person a role that allows it'}.`,
  });
};

/** A session that was left open is not enough for keys, secrets and roles. */
export const requireRecentSignIn = ({ kind, signedInAt = 0 }: Administrator, clock: Clock): void => {
  if (kind === 'client' || signedInAt >= Math.floor(clock.now() / 1000) - recentSeconds) return;
  // A session that is recent but too weak satisfies any other `max_age`.
  throw new StepUpRequired({ maxAge: signedInAt === 0 ? 0 : recentSeconds });
};
