import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { grantsAudience } from '../../provider/scopes/granted-audiences.ts';
import { everythingRequested } from './everything-requested.ts';

/** RFC 8252 §8.6: any app on the device can receive a redirect that is not https, so such a request needs a question. */
const isFirstPartyOnHttpsRedirect = ({ oidc: { client, params } }: KoaContextWithOIDC): boolean => {
  const redirect = params?.['redirect_uri'];
  const isHttps = typeof redirect !== 'string' || redirect.startsWith('https:');
  return client?.['first_party'] === true && isHttps;
};

/** The APIs of the request that the person has not allowed. The engine asks for scopes only. */
const missingAudiences = (ctx: KoaContextWithOIDC): readonly string[] => {
  const { grant } = ctx.oidc;
  return Object.keys(everythingRequested(ctx).resources).filter(
    (audience) => !grant || !grantsAudience(grant, audience),
  );
};

const createAudienceCheck = (): interactionPolicy.Check =>
  new interactionPolicy.Check(
    'audience_missing',
    'requested resources not granted',
    'consent_required',
    (ctx) => missingAudiences(ctx).length > 0,
    (ctx) => ({ missingAudiences: missingAudiences(ctx) }),
  );

/** The engine's consent prompt, which in addition passes the whole request to the step. */
export const createConsentPrompt = (): interactionPolicy.Prompt => {
  const base = interactionPolicy.base().get('consent');
  const nativeClientCheck = base?.checks.get('native_client_prompt');
  if (!base || !nativeClientCheck) throw new Error('oidc-provider has no such consent prompt');
  const { check } = nativeClientCheck;
  nativeClientCheck.check = (ctx) => !isFirstPartyOnHttpsRedirect(ctx) && check(ctx);
  return new interactionPolicy.Prompt(
    { name: 'consent', requestable: true },
    (ctx) => ({ whole: everythingRequested(ctx) }),
    // The engine adds this check to every prompt that can be requested.
    ...base.checks.filter(({ reason }) => reason !== 'consent_prompt'),
    createAudienceCheck(),
  );
};
