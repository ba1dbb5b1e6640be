import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { launchChromium } from '../support/chromium.ts';
import { email, fullName, type LanguageClient, type Visit } from './language-client.ts';
import { person } from './person.ts';
import { installPackages } from './python.ts';

const script = `import streamlit as st

if st.user.is_logged_in:
    st.write(f"email: {st.user.get('email')}, name: {st.user.get('name')}")
else:
    st.button("Log in", on_click=st.login)
`;

const settings = (issuer: string, id: string, secret: string, url: string): string =>
  [
    '[auth]',
    `redirect_uri = "${url}/oauth2callback"`,
    'cookie_secret = "a text that signs the cookie of this test"',
    `client_id = "${id}"`,
    `client_secret = "${secret}"`,
    `server_metadata_url = "${issuer}/.well-known/openid-configuration"`,
  ].join('\n');

const maxMilliseconds = 60_000;

/** Streamlit draws its page with a script, so it needs a real browser. */
const signIn = async ({ context }: Visit): Promise<string> => {
  const chromium = await launchChromium();
  try {
    const tab = await chromium.newPage();
    tab.setDefaultTimeout(maxMilliseconds);
    await tab.goto(context.url);
    await tab.getByRole('button', { name: 'Log in' }).click();
    await tab.fill('#login', person.login);
    await tab.fill('#password', person.password);
    await tab.click('.login-submit');
    const allow = tab.locator('.consent-allow');
    const shown = tab.getByText(/^email: /);
    await allow.or(shown).first().waitFor();
    if (await allow.isVisible()) await allow.click();
    await shown.waitFor();
    return await shown.innerText();
  } finally {
    await chromium.close();
  }
};

export const streamlit: LanguageClient = {
  name: 'Streamlit',
  version: '1.67.0',
  needs: ['python3', 'chromium'],
  recipe: 'streamlit',
  callback: '/oauth2callback',
  start: signIn,
  reads: [email, fullName],
  install: (folder) => installPackages(folder, ['streamlit[auth]==1.67.0']),
  async launch({ installed, folder, issuer, id, secret, port, url, snippets }) {
    const recipe = snippets?.find(({ format }) => format === 'toml');
    await mkdir(join(folder, '.streamlit'));
    await writeFile(
      join(folder, '.streamlit/secrets.toml'),
      recipe?.text ?? settings(issuer, id, secret, url),
    );
    await writeFile(join(folder, 'app.py'), script);
    return {
      command: join(installed, 'environment/bin/streamlit'),
      args: [
        'run',
        'app.py',
        '--server.address=localhost',
        `--server.port=${port}`,
        '--server.headless=true',
        '--browser.gatherUsageStats=false',
      ],
    };
  },
};
