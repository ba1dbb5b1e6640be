/**
 * Owns where people get passkeys and manage them: the pages of their account, the offer after a sign-in by password,
 * and the address that tells password managers of those pages. Signing in with a passkey belongs to features/sign-in;
 * what is stored, and what is verified, to services/passkeys.
 *
 * GET  /account/passkeys                the passkeys; tells the browser which ones are accepted
 * GET  /account/passkeys/add            the button that creates one; needs a recent sign-in
 * POST /account/passkeys/add            refused: 422 · stored: 303 to the list
 * GET  /account/passkeys/:id            the form for its name; of another account, or removed: 404
 * POST /account/passkeys/:id            renamed: 303 to the list
 * GET  /account/passkeys/:id/remove     asks; needs a recent sign-in
 * POST /account/passkeys/:id/remove     the last way to sign in: 409 · removed: 303 to the list
 *
 * GET  /interaction/:uid (prompt `passkey_offer`)   the offer; after five minutes, or without the second factor that the
 *                                                   account has: back to the engine
 * POST /interaction/:uid                            refused: 422 · created, or declined, which is remembered: back
 *
 * GET  /.well-known/passkey-endpoints   the addresses of these pages
 */
import type { Feature } from '../../feature.ts';
import type { PasskeysDependencies } from './dependencies.ts';
import { createOfferStep } from './offer-step.ts';
import { passkeysPath } from './paths.ts';
import { wellKnown } from './well-known.ts';

export { passkeysPath, removePasskeyPath } from './paths.ts';

export const accountPasskeys = (dependencies: PasskeysDependencies): Feature => {
  if (!dependencies.passkeys.isEnabled) return { name: 'account-passkeys' };
  return {
    name: 'account-passkeys',
    steps: [createOfferStep(dependencies)],
    account: {
      menu: { path: passkeysPath, label: ({ passkeys }) => passkeys.list.title },
      pages: async (account) => (await import('./passkey-pages.ts')).passkeyPages(dependencies)(account),
      exports: {
        passkeys: async (owner) => (await import('./passkey-pages.ts')).exportPasskeys(dependencies)(owner),
      },
    },
    api: wellKnown(dependencies.config),
  };
};
