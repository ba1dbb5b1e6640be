import { errors } from 'oidc-provider';
import { currentContext, findUnitOfWork } from '../request-context.ts';
import { familyOf, internalId, withFamilyOf } from '../storage/ids.ts';
import { deriveSid } from '../storage/session-ids.ts';
import type { Override } from './override.ts';

interface Session {
  id: string;
  uid: string;
  jti: string;
  oldId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly state?: Readonly<Record<string, unknown>> | undefined;
  /** Undefined until the session is saved for the first time. */
  readonly exp?: number | undefined;
  touched: boolean;
  save(ttl: number): Promise<string>;
  authorizations?: Record<string, object | undefined> | undefined;
  authorizationFor(clientId: string, value?: string): object;
  sidFor(clientId: string, value?: string): string | undefined;
}

/** The session keeps the state of one form, as of a sign-out (RP-Initiated Logout §2), until the person has answered. */
const maxStateBytes = 2048;
const maxFormBytes = 4096;

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '');

const assertStateSize = ({ state }: Session): void => {
  if (state === undefined) return;
  if (Buffer.byteLength(String(state['state'] ?? '')) > maxStateBytes)
    throw new errors.InvalidRequest(`state is longer than ${maxStateBytes} bytes`);
  if (bytesOf(state) > maxFormBytes)
    throw new errors.InvalidRequest(
      `state, client_id and post_logout_redirect_uri together are longer than ${maxFormBytes} bytes`,
    );
};

export const session: Override = {
  name: 'session',
  symbols: [
    'Session.prototype.id',
    'Session().uid',
    'Session.prototype.authorizationFor',
    'Session.prototype.sidFor',
    'Session.prototype.save',
  ],
  reason:
    'The cookie of a session begins with the family of its uid: both lead to one document, so a new cookie ' +
    'needs no second document. uid and sid are in each token of a sign-in and no longer than they need to be. ' +
    'Of callers who are not signed in, the engine would store a session for each request with the cookie of a ' +
    'session that has ended; such a session is stored only for the state of a form, and counted ' +
    '(admission.ts). And its object of clients inherits from `Object.prototype`, which a client with the id ' +
    '`__proto__` would change for the whole process.',
  test: 'test/protocol/prompts.test.ts',
  apply(provider, { admit }) {
    // The types of the engine leave out what is replaced here.
    const prototype = provider.Session.prototype as unknown as Session;

    Object.defineProperty(prototype, 'id', {
      configurable: true,
      get(this: Session) {
        if (familyOf(this.jti) !== familyOf(this.uid)) this.jti = withFamilyOf(this.uid, this.jti);
        return this.jti;
      },
      set(this: Session, value: string) {
        this.jti = withFamilyOf(this.uid, value);
      },
    });

    Object.defineProperty(prototype, 'uid', {
      configurable: true,
      set(this: Session, value: string) {
        Object.defineProperty(this, 'uid', {
          configurable: true,
          enumerable: true,
          value: internalId(value),
          writable: true,
        });
      },
    });

    const { authorizationFor, sidFor, save } = prototype;

    prototype.authorizationFor = function (this: Session, clientId: string, value?: string) {
      const known = this.authorizations?.[clientId];
      if (known) return known;
      if (value !== undefined) this.authorizations ??= Object.create(null) as Record<string, object>;
      return authorizationFor.call(this, clientId, value);
    };

    prototype.sidFor = function (this: Session, clientId: string, value?: string) {
      // The engine passes a new random value, which requests that run at the same time would not share.
      const sid = value && deriveSid(findUnitOfWork(), { session: this, clientId });
      return sidFor.call(this, clientId, sid);
    };

    /** Also counts a session that exists, because its state may have grown. */
    const admitState = ({ state }: Session): void => {
      const ctx = currentContext();
      if (ctx) admit(ctx, { model: 'Session', bytes: bytesOf(state) });
    };

    // It isn't asynchronous itself: each asynchronous function around another takes two promises more.
    prototype.save = function (this: Session, ttl: number) {
      if (this.accountId === undefined || this.state !== undefined) {
        // The engine saves a touched session again, also after a refusal.
        const wasTouched = this.touched;
        this.touched = false;
        assertStateSize(this);
        const isNew = this.exp === undefined;
        if (this.accountId === undefined) {
          if (isNew && this.state === undefined) return Promise.resolve(this.jti);
          if (isNew || (wasTouched && this.state !== undefined)) admitState(this);
        }
        this.touched = wasTouched;
      }
      // The getter of `id` puts the cookie into the family of `uid`.
      void this.id;
      // The engine would remove the document of the former cookie, which is the document of the new one.
      if (this.oldId !== undefined) this.oldId = undefined;
      return save.call(this, ttl);
    };
  },
};
