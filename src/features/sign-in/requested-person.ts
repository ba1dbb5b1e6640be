import { errors, type interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';

/** The engine reads the hint of the first request only, and not that of a person who comes back from a page. */
const readHint = async ({ oidc }: KoaContextWithOIDC, hint: string): Promise<void> => {
  const { client, entities, provider } = oidc;
  if (!client || entities.IdTokenHint) return;
  oidc.entity('IdTokenHint', await provider.IdToken.validate(hint, client));
};

type Check = interactionPolicy.Check['check'];

/** The engine would ask again and again a person who has signed in as someone else. */
const refuseAfterSignIn = async (ctx: KoaContextWithOIDC, check: Check): Promise<boolean> => {
  const isSomeoneElse = await check(ctx);
  if (isSomeoneElse && ctx.oidc.result?.login)
    throw new errors.LoginRequired('the person whom the request names has not signed in');
  return isSomeoneElse;
};

const checkIn = (prompt: interactionPolicy.Prompt, reason: string): interactionPolicy.Check => {
  const check = prompt.checks.get(reason);
  if (!check) throw new Error(`oidc-provider has no check ${reason}`);
  return check;
};

/**
 * The person whom the request names, or `login_required`: by `id_token_hint` (OpenID Connect Core §3.1.2.1), or by a value
 * for `sub` in the parameter `claims` (§5.5.1).
 */
export const requireRequestedPerson = (prompt: interactionPolicy.Prompt): void => {
  const ofHint = checkIn(prompt, 'id_token_hint');
  const ofClaims = checkIn(prompt, 'claims_id_token_sub_value');
  const { check: checkHint } = ofHint;
  const { check: checkClaims } = ofClaims;
  ofHint.check = (ctx) => {
    const { id_token_hint: hint } = ctx.oidc.params ?? {};
    return typeof hint === 'string' && readHint(ctx, hint).then(() => refuseAfterSignIn(ctx, checkHint));
  };
  ofClaims.check = (ctx) => ctx.oidc.claims.id_token?.['sub'] != null && refuseAfterSignIn(ctx, checkClaims);
};
