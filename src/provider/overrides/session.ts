import { familyOf, internalId, withFamilyOf } from '../storage/ids.ts';
import type { Override } from './override.ts';

interface Session {
  id: string;
  uid: string;
  jti: string;
  oldId?: string | undefined;
  save(ttl: number): Promise<string>;
  sidFor(clientId: string, value?: string): string | undefined;
}

/** A `sid` has to be unique and no secret (OpenID Connect Back-Channel Logout §2.1): 96 random bits. */
const sidLength = 16;

export const session: Override = {
  name: 'session',
  symbols: ['Session.prototype.id', 'Session().uid', 'Session.prototype.sidFor', 'Session.prototype.save'],
  reason:
    'The cookie of a session begins with the family of its uid: both lead to one document, so a new cookie needs no second document. uid and sid are in each token of a sign-in and no longer than they need to be.',
  test: 'test/protocol/prompts.test.ts',
  apply(provider) {
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

    const { sidFor, save } = prototype;

    prototype.sidFor = function (this: Session, clientId: string, value?: string) {
      return sidFor.call(this, clientId, value?.slice(0, sidLength));
    };

    prototype.save = function (this: Session, ttl: number) {
      // The getter of `id` puts the cookie into the family of `uid`.
      this.jti = this.id;
      // The engine would remove the document of the former cookie, which is the document of the new one.
      this.oldId = undefined;
      return save.call(this, ttl);
    };
  },
};
