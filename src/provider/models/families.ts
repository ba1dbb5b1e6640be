import type { KeyObject } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { currentWork } from '../../store/current-work.ts';
import type { Clock } from '../../store/port.ts';
import { familyOf, innerId, keyOf, successorOf, withFamilyOf } from '../storage/ids.ts';

interface Family {
  readonly grantId?: string | undefined;
}

interface Identified extends Family {
  generateTokenId(): string;
}

/** Ids of what belongs to a grant begin as the grant's, so that it all commits together. */
export const keepFamiliesTogether = (
  provider: Provider,
  clock: Clock,
  refreshSecretAt: (at: number) => KeyObject,
): void => {
  for (const model of [provider.AccessToken, provider.AuthorizationCode, provider.RefreshToken]) {
    // The engine's types leave out `generateTokenId`, which every model has.
    const prototype = model.prototype as unknown as Identified;
    const original = prototype.generateTokenId;
    prototype.generateTokenId = function (this: Identified) {
      const id = original.call(this);
      return this.grantId ? withFamilyOf(this.grantId, id) : id;
    };
  }
  const grants = provider.Grant.prototype as unknown as Identified;
  const newGrant = grants.generateTokenId;
  grants.generateTokenId = function (this: Identified) {
    return innerId(newGrant.call(this));
  };
  const tokens = provider.RefreshToken.prototype as unknown as Identified;
  const fresh = tokens.generateTokenId;
  tokens.generateTokenId = function (this: Identified) {
    const spent = Provider.ctx?.oidc.entities.RotatedRefreshToken;
    if (!spent) return fresh.call(this);
    const key = keyOf('RefreshToken', spent.jti);
    const claim = key && currentWork()?.peek(key)?.claim;
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
export const keepSessionsInPlace = (provider: Provider): void => {
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
        value: innerId(value),
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
