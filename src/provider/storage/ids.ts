import { createHmac, hash, type KeyObject } from 'node:crypto';
import type { Key } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';

/**
 * The first characters of each id are its family. A grant, its codes and its tokens are one family, and so are the
 * `uid` and the cookies of a session. The family is 72 bits of an id of 258; the others are secret.
 */
export const familyLength = 12;

const wellFormed = /^[A-Za-z0-9_-]{20,128}$/;

export const familyOf = (id: string): string => id.slice(0, familyLength);

export const withoutFamily = (id: string): string => id.slice(familyLength);

/** An id that is no bearer value needs to be unique only: 132 random bits. */
const internalIdLength = 22;

export const internalId = (id: string): string => id.slice(0, internalIdLength);

export const withFamilyOf = (relative: string, id: string): string =>
  familyOf(relative) + id.slice(familyLength);

let latest: { readonly id: string; readonly digest: string } | undefined;

/**
 * Stores hold digests of bearer values, so a reader of the store can't use them. A token is looked up as one kind after the
 * other, so the latest digest is kept.
 */
export const digestOf = (id: string): string => {
  if (latest?.id !== id) latest = { id, digest: hash('sha256', id, 'base64url').slice(0, 24) };
  return latest.digest;
};

/** A token always has the same successor, so a client that retries a refresh gets the response that it missed. */
export const successorOf = (id: string, secret: KeyObject): string =>
  `${familyOf(id)}${createHmac('sha256', secret).update(id).digest('base64url')}`.slice(0, 43);

/** `Client` and the models of the engine's own registration are missing: Postern keeps those records elsewhere. */
const kindOfModel = {
  AccessToken: kinds.accessToken,
  AuthorizationCode: kinds.authorizationCode,
  BackchannelAuthenticationRequest: kinds.backchannelRequest,
  ClientCredentials: kinds.clientCredentials,
  DeviceCode: kinds.deviceCode,
  Grant: kinds.grant,
  Interaction: kinds.interaction,
  PushedAuthorizationRequest: kinds.pushedRequest,
  RefreshToken: kinds.refreshToken,
  Session: kinds.session,
} as const;

export type ModelName = keyof typeof kindOfModel;

export const modelKind = (model: ModelName): string => kindOfModel[model];

export const isModelName = (name: string): name is ModelName => name in kindOfModel;

/** Returns undefined for a value that is no id, which then never reaches the store. */
export const modelKey = (model: ModelName, id: string): Key | undefined => {
  if (!wellFormed.test(id)) return undefined;
  const isFamilyRoot = model === 'Grant' || model === 'Session';
  return { kind: kindOfModel[model], family: familyOf(id), id: isFamilyRoot ? '' : digestOf(id) };
};

export const grantKey = (id: string): Key => ({ kind: kinds.grant, family: familyOf(id), id: '' });
