import type { KoaContextWithOIDC } from 'oidc-provider';

/** One entry of `authorization_details` (RFC 9396 §2). */
export interface Detail {
  readonly type: string;
  readonly locations?: readonly string[];
  readonly [name: string]: unknown;
}

/** The engine has parsed the text before and checked that each member is an object with a type. */
export const parseDetails = (text: unknown): readonly Detail[] | undefined =>
  typeof text === 'string' ? JSON.parse(text) : undefined;

export const requestedDetails = (ctx: KoaContextWithOIDC): readonly Detail[] | undefined =>
  parseDetails(ctx.oidc.params?.['authorization_details']);
