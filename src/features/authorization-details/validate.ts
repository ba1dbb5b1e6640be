import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { nestsTooDeeply } from '../../provider/json-depth.ts';
import { parseDetails } from './detail.ts';

const maxDetails = 20;
const maxBytes = 16_384;

/** Limits the size of what a grant stores. The API checks the content. */
export const validateDetails = (ctx: KoaContextWithOIDC): void => {
  const text = String(ctx.oidc.params?.['authorization_details']);
  const isTooLong = Buffer.byteLength(text) > maxBytes;
  if (isTooLong || nestsTooDeeply(text) || (parseDetails(text)?.length ?? 0) > maxDetails) {
    throw new errors.InvalidAuthorizationDetails(
      `authorization_details may have ${maxDetails} entries and ${maxBytes} bytes, nested 32 deep`,
    );
  }
};
