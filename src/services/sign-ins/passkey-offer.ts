import type { InteractionResults } from 'oidc-provider';

const name = 'offer_passkey';

/** The result of a sign-in by password has it when the person is to be offered a passkey. */
export const offerPasskey = { [name]: {} } as const;

/** True once the sign-in is complete. */
export const isPasskeyOffered = (result: InteractionResults | undefined): boolean =>
  result?.[name] !== undefined && result.login !== undefined;

export const withoutPasskeyOffer = ({ [name]: _, ...result }: InteractionResults = {}): InteractionResults =>
  result;
