import { hasQuery } from '../../http/interactions/has-query.ts';
import type { Visit } from '../../http/interactions/step.ts';
import { accountClientId } from '../../services/clients/index.ts';
import { isAnotherAccountRequested, upstreamAskedAgain } from '../../services/sign-ins/index.ts';
import type { SignInRequest } from '../../services/upstreams/index.ts';
import { pendingIn } from './pending.ts';

/** Flags and values in the address of the sign-in page. */
export const queryNames = {
  /** The upstream that the person goes to. */
  with: 'with',
  /** What the person typed before. */
  hint: 'hint',
  /** The secret of an arrival. */
  arrival: 'arrival',
  /** What went wrong at the upstream `by`. */
  failed: 'failed',
  by: 'by',
  /** The person wants to see all ways to sign in. */
  choose: 'choose',
} as const;

export const textInQuery = ({ request: { query } }: Visit, name: string): string | undefined => {
  const value: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, name) : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const maxHintLength = 256;

export const textParameter = ({ interaction }: Visit, name: string): string | undefined => {
  const value = interaction.params[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const wordsOf = (text = ''): readonly string[] => text.split(' ').filter((word) => word !== '');

const promptOf = (visit: Visit): SignInRequest['prompt'] => {
  const prompts = wordsOf(textParameter(visit, 'prompt'));
  const isAgain = prompts.includes('login') || upstreamAskedAgain(visit.interaction) !== undefined;
  // Anyone can add it to the address of the page, so it takes nothing away.
  if (hasQuery(visit.request, 'another') || isAnotherAccountRequested(visit.interaction))
    return isAgain ? 'login select_account' : 'select_account';
  if (isAgain) return 'login';
  return prompts.includes('select_account') ? 'select_account' : undefined;
};

/** In seconds, as for the account page that links. */
const maxAgeToLink = 180;

const maxAgeOf = ({ interaction }: Visit): number | undefined => {
  const maxAge = Number(interaction.params['max_age'] ?? Number.NaN);
  return Number.isSafeInteger(maxAge) && maxAge >= 0 ? maxAge : undefined;
};

/**
 * What the application asked for, for the upstream. A sign-in that links an identity has to be a new one, because that
 * identity can sign in from then on.
 */
export const signInRequestOf = (
  visit: Visit,
  isAdminClient: (client: Visit['client']) => boolean,
): SignInRequest => {
  const isToLink = pendingIn(visit.interaction, 'upstream_link') !== undefined;
  const loginHint = textInQuery(visit, queryNames.hint) ?? textParameter(visit, 'login_hint');
  const prompt = promptOf(visit);
  const asked = maxAgeOf(visit);
  const maxAge = isToLink ? Math.min(asked ?? maxAgeToLink, maxAgeToLink) : asked;
  const acrValues = wordsOf(textParameter(visit, 'acr_values'));
  const uiLocales = textParameter(visit, 'ui_locales');
  return {
    ...(loginHint !== undefined &&
      prompt?.includes('select_account') !== true && { loginHint: loginHint.slice(0, maxHintLength) }),
    ...(prompt && { prompt }),
    ...(maxAge !== undefined && { maxAge }),
    isOwn: isToLink || visit.client.clientId === accountClientId || isAdminClient(visit.client),
    ...(acrValues.length > 0 && { acrValues }),
    ...(uiLocales !== undefined && { uiLocales: uiLocales.slice(0, maxHintLength) }),
  };
};
