import { errors, type interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';

/** The engine reads the hint of the first request only, and not that of a person who comes back from a page. */
const readHint = async ({ oidc }: KoaContextWithOIDC, hint: string): Promise<void> => {
  const { client, entities, provider } = oidc;
  if (!client || entities.IdTokenHint) return;
  oidc.entity('IdTokenHint', await provider.IdToken.validate(hint, client));
};

/**
 * The person of `id_token_hint`, or `login_required`: a person who signs in as someone else gets nothing
 * (OpenID Connect Core §3.1.2.1).
 */
export const requirePersonOfHint = (prompt: interactionPolicy.Prompt): void => {
  const found = prompt.checks.get('id_token_hint');
  if (!found) throw new Error('oidc-provider has no check of id_token_hint');
  const { check } = found;
  found.check = (ctx) => {
    const { id_token_hint: hint } = ctx.oidc.params ?? {};
    if (typeof hint !== 'string') return false;
    return readHint(ctx, hint).then(async () => {
      const isAnother = await check(ctx);
      if (isAnother && ctx.oidc.result?.login)
        throw new errors.LoginRequired('the person of id_token_hint has not signed in');
      return isAnother;
    });
  };
};
