import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { requestedByClient } from './requested-by-client.ts';

/** RFC 8252 §8.6: without a question only where no other program of the device can be in its place. */
const isFirstPartyOnClaimedRedirect = ({ oidc: { client, params } }: KoaContextWithOIDC): boolean => {
  const redirect = params?.['redirect_uri'];
  const isClaimedHttps = typeof redirect !== 'string' || redirect.startsWith('https:');
  return client?.['first_party'] === true && isClaimedHttps;
};

/** The engine's, which also tells the step all that was asked for. */
export const createConsentPrompt = (): interactionPolicy.Prompt => {
  const base = interactionPolicy.base().get('consent');
  const nativeClientCheck = base?.checks.get('native_client_prompt');
  if (!base || !nativeClientCheck) throw new Error('the engine has no such consent prompt');
  const { check } = nativeClientCheck;
  nativeClientCheck.check = (ctx) => !isFirstPartyOnClaimedRedirect(ctx) && check(ctx);
  return new interactionPolicy.Prompt(
    { name: 'consent', requestable: true },
    (ctx) => ({ whole: requestedByClient(ctx) }),
    ...base.checks.filter(({ reason }) => reason !== 'consent_prompt'),
  );
};
