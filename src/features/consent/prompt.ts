import { interactionPolicy, type KoaContextWithOIDC } from 'oidc-provider';
import { wholeRequest } from './whole-request.ts';

/** RFC 8252 §8.6: without a question only where no other program of the device can be in its place. */
const isHouseOnItsOwnAddress = ({ oidc: { client, params } }: KoaContextWithOIDC): boolean => {
  const redirect = params?.['redirect_uri'];
  const claimed = typeof redirect !== 'string' || redirect.startsWith('https:');
  return client?.['first_party'] === true && claimed;
};

/** The engine's, which also tells the step all that was asked for. */
export const createConsentPrompt = (): interactionPolicy.Prompt => {
  const base = interactionPolicy.base().get('consent');
  const native = base?.checks.get('native_client_prompt');
  if (!base || !native) throw new Error('the engine has no such consent prompt');
  const { check } = native;
  native.check = (ctx) => !isHouseOnItsOwnAddress(ctx) && check(ctx);
  return new interactionPolicy.Prompt(
    { name: 'consent', requestable: true },
    (ctx) => ({ whole: wholeRequest(ctx) }),
    ...base.checks.filter(({ reason }) => reason !== 'consent_prompt'),
  );
};
