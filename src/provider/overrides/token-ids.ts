import type { KeyObject } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { currentUnitOfWork } from '../../store/current-unit-of-work.ts';
import type { Clock } from '../../store/port.ts';
import { familyOf, internalId, modelKey, successorOf, withFamilyOf } from '../storage/ids.ts';

interface GrantMember {
  readonly grantId?: string | undefined;
}

interface ModelWithId extends GrantMember {
  generateTokenId(): string;
}

/** Ids of what belongs to a grant begin as the grant's, so that it all commits together. */
export const assignFamilyIds = (
  provider: Provider,
  clock: Clock,
  refreshSecretAt: (at: number) => KeyObject,
): void => {
  for (const model of [provider.AccessToken, provider.AuthorizationCode, provider.RefreshToken]) {
    // The engine's types leave out `generateTokenId`, which every model has.
    const prototype = model.prototype as unknown as ModelWithId;
    const original = prototype.generateTokenId;
    prototype.generateTokenId = function (this: ModelWithId) {
      const id = original.call(this);
      return this.grantId ? withFamilyOf(this.grantId, id) : id;
    };
  }
  const grantPrototype = provider.Grant.prototype as unknown as ModelWithId;
  const newGrantId = grantPrototype.generateTokenId;
  grantPrototype.generateTokenId = function (this: ModelWithId) {
    return internalId(newGrantId.call(this));
  };
  const refreshPrototype = provider.RefreshToken.prototype as unknown as ModelWithId;
  const newRefreshId = refreshPrototype.generateTokenId;
  refreshPrototype.generateTokenId = function (this: ModelWithId) {
    const spent = Provider.ctx?.oidc.entities.RotatedRefreshToken;
    if (!spent) return newRefreshId.call(this);
    const key = modelKey('RefreshToken', spent.jti);
    const claim = key && currentUnitOfWork()?.peek(key)?.consumption;
    return successorOf(spent.jti, refreshSecretAt(claim?.at ?? clock.now()));
  };
};

interface SessionLike {
  uid: string;
  jti: string;
  oldId?: string | undefined;
  save(ttl: number): Promise<string>;
  sidFor(clientId: string, value?: string): string | undefined;
}

/** A `sid` has to be unique and no secret (OpenID Connect Back-Channel Logout §2.1): 96 random bits. */
const sidLength = 16;

/** A session's cookie begins as its `uid`: both lead to one document, and a new cookie needs no second one. */
export const rotateSessionIdInPlace = (provider: Provider): void => {
  const prototype = provider.Session.prototype as unknown as SessionLike;
  Object.defineProperty(prototype, 'id', {
    configurable: true,
    get(this: SessionLike) {
      if (familyOf(this.jti) !== familyOf(this.uid)) this.jti = withFamilyOf(this.uid, this.jti);
      return this.jti;
    },
    set(this: SessionLike, value: string) {
      this.jti = withFamilyOf(this.uid, value);
    },
  });
  // Each token of a sign-in carries both, so they are no longer than they need to be.
  Object.defineProperty(prototype, 'uid', {
    configurable: true,
    set(this: SessionLike, value: string) {
      Object.defineProperty(this, 'uid', {
        configurable: true,
        enumerable: true,
        value: internalId(value),
        writable: true,
      });
    },
  });
  const sidFor = prototype.sidFor;
  prototype.sidFor = function (this: SessionLike, clientId: string, value?: string) {
    return sidFor.call(this, clientId, value?.slice(0, sidLength));
  };
  const save = prototype.save;
  prototype.save = function (this: SessionLike & { id: string }, ttl: number) {
    // Aligned first; and the engine must not remove the document that the new cookie leads to.
    this.jti = this.id;
    this.oldId = undefined;
    return save.call(this, ttl);
  };
};
