import type { Test } from 'tap';
import { startFakeUpstream } from './fake-upstream.ts';
import {
  type Browser,
  newVerifier,
  type Page,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from './setup/index.ts';
import { settingsOf, visitUpstream } from './upstream-sign-in.ts';

export const hour = 3600;

/** A server with an upstream where Grace has been signed in for an hour. */
export const openUpstreamPerson = async (
  t: Test,
  { security, ...more }: { readonly security?: object; readonly [key: string]: unknown } = {},
  ofUpstream: object = { link: 'never' },
) => {
  const fake = await startFakeUpstream(t);
  const server = await startInProcess(t, {
    ...usualConfig,
    security: { password: { memory_kib: 8192, passes: 1 }, ...security },
    upstreams: [settingsOf(fake, { create: true, ...ofUpstream })],
    ...more,
  });
  const { issuer } = server;
  const party = new RelyingParty(issuer);
  const now = (): number => Math.floor(server.clock.now() / 1000);
  /** What the upstream says of the person, who has been signed in there for so long. */
  const signedInThere = (secondsAgo: number): void => {
    fake.person = { sub: 'grace', preferred_username: 'grace', auth_time: now() - secondsAgo };
  };
  /** The upstream says no time, and its metadata may not list the claim. */
  const sayNoTime = ({ isListed }: { readonly isListed: boolean }): void => {
    fake.misbehaviour = {
      ...(!isListed && {
        discovery: (metadata) => ({ ...metadata, claims_supported: ['sub', 'email'] }),
      }),
      idToken: ({ auth_time: _, ...claims }) => claims,
    };
  };
  const signIn = async (browser: Browser, parameters: Record<string, string> = {}) => {
    const verifier = newVerifier();
    const login = await browser.open(party.authorizationUrl(verifier, parameters));
    const page = await browser.open(await visitUpstream(browser, login, 'acme'));
    return { page, verifier };
  };
  const tokensOf = async ({ page, verifier }: { readonly page: Page; readonly verifier: string }) =>
    (await party.redeem(redirectParameters(page).get('code') ?? '', verifier)).body;
  const findGrace = async () => {
    const account = await server.app.services.accounts.findByUsername('grace');
    if (!account) throw new Error('no account');
    return account;
  };
  signedInThere(hour);
  return { fake, server, issuer, party, now, signedInThere, sayNoTime, signIn, tokensOf, findGrace };
};

export const claimsIn = (token: unknown): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString());

/** A page of this server that asks for another sign-in. */
export const asksAgain = ({ body }: Page): boolean => body.includes('Confirm it’s you');
