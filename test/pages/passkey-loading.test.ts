import { registerHooks } from 'node:module';
import t from 'tap';

const loaded = new Set<string>();
registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    loaded.add(resolved.url);
    return resolved;
  },
});
const isLibraryLoaded = (): boolean => [...loaded].some((url) => url.includes('@simplewebauthn'));

// Imported after the hook, so that it sees what they load.
const { Browser, newVerifier, password, RelyingParty, redirectParameters, startInProcess, usualConfig } =
  await import('../support/setup/index.ts');
const { addPasskey, passkeyFormOf } = await import('../support/passkeys.ts');

t.test('the library is loaded at the first passkey, not at the start or by a page', async (t) => {
  const server = await startInProcess(t, usualConfig);
  const browser = new Browser();
  const page = await browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  t.ok(passkeyFormOf(page.body).options.challenge);
  t.ok(redirectParameters(await browser.submit(page, { login: 'ada', password })).get('code'));
  t.ok(loaded.size > 500, `the hook saw ${loaded.size} modules`);
  t.notOk(isLibraryLoaded());
  await addPasskey(server, 'ada');
  t.ok(isLibraryLoaded());
});
