import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';

/** The client may choose these freely. `login_hint` and `ui_locales` come from links too. */
const freeParameters = ['state', 'nonce', 'ui_locales', 'login_hint'] as const;
const maxFreeBytes = 4096;

/** Request objects and `authorization_details` have a limit of their own: features/signed-requests, authorization-details. */
const limitedElsewhere = new Set(['request', 'authorization_details']);
const maxTotalBytes = 8192;

/** `resource` may be repeated, which makes it a list. */
const bytesOf = (value: unknown): number => {
  if (typeof value === 'string') return Buffer.byteLength(value);
  return Array.isArray(value) ? value.reduce<number>((sum, one) => sum + bytesOf(one), 0) : 0;
};

/** A request is stored while the person signs in, so its size is limited, however it arrived. */
const assertSize = ({ oidc }: KoaContextWithOIDC): void => {
  const params: Readonly<Record<string, unknown>> = oidc.params ?? {};
  let free = 0;
  for (const name of freeParameters) free += bytesOf(params[name]);
  if (free > maxFreeBytes)
    throw new errors.InvalidRequest(
      `state, nonce, ui_locales and login_hint together are longer than ${maxFreeBytes} bytes`,
    );
  let total = 0;
  for (const name of Object.keys(params)) if (!limitedElsewhere.has(name)) total += bytesOf(params[name]);
  if (total > maxTotalBytes)
    throw new errors.InvalidRequest(
      `the parameters without authorization_details together are longer than ${maxTotalBytes} bytes`,
    );
};

export const requestSize = {
  // The engine calls this for every request, and after a request object was read, with all of the parameters.
  extraParams: { state: assertSize },
} satisfies Configuration;
