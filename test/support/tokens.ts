import { decodeJwt } from 'jose';
import { type Browser, codeFor, type HttpResponse, type RelyingParty } from './setup/index.ts';

/** What an application learns of a person in one sign-in. */
export interface Received {
  readonly response: HttpResponse;
  readonly idToken: Readonly<Record<string, unknown>>;
  readonly userinfo: Readonly<Record<string, unknown>>;
}

export const readIdToken = ({ body }: HttpResponse): Readonly<Record<string, unknown>> =>
  decodeJwt(String(body['id_token']));

export const readUserinfo = async (
  issuer: string,
  { body }: HttpResponse,
): Promise<Readonly<Record<string, unknown>>> => {
  const headers = { authorization: `Bearer ${body['access_token']}` };
  // The response of userinfo is a JSON object.
  return (await (await fetch(`${issuer}/userinfo`, { headers })).json()) as Record<string, unknown>;
};

/** Signs Ada in if needed, and redeems a code. */
export const receive = async (
  party: RelyingParty,
  browser: Browser,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Received> => {
  const { code, verifier } = await codeFor(party, browser, parameters);
  const response = await party.redeem(code, verifier);
  return {
    response,
    idToken: readIdToken(response),
    userinfo: await readUserinfo(party.issuer, response),
  };
};
