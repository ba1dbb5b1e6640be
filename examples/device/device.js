// A device without a browser (RFC 8628). It shows a code and a QR code, and polls until a person has approved.
import { renderUnicodeCompact } from 'uqr';

const { ISSUER = 'http://localhost:3000', CLIENT_ID = 'demo-device' } = process.env;

const metadata = await (await fetch(`${ISSUER}/.well-known/oauth-authorization-server`)).json();

const post = async (url, fields) => {
  const response = await fetch(url, {
    method: 'POST',
    body: new URLSearchParams({ client_id: CLIENT_ID, ...fields }),
  });
  return { ok: response.ok, ...(await response.json()) };
};

const asked = await post(metadata.device_authorization_endpoint, { scope: 'openid profile offline_access' });
if (!asked.ok) throw new Error(`${asked.error}: ${asked.error_description}`);

console.log(renderUnicodeCompact(asked.verification_uri_complete));
console.log(`Scan this, or open ${asked.verification_uri}`);
console.log(`and enter ${asked.user_code}`);

const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

const waitForTokens = async () => {
  let { interval } = asked;
  for (const end = Date.now() + asked.expires_in * 1000; Date.now() < end; ) {
    await pause(interval);
    const answer = await post(metadata.token_endpoint, {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: asked.device_code,
    });
    if (answer.ok) return answer;
    // §3.5: `slow_down` adds five seconds to the interval. Any other error is final.
    if (answer.error === 'slow_down') interval += 5;
    else if (answer.error !== 'authorization_pending') throw new Error(answer.error_description);
  }
  throw new Error('the code has expired');
};

const { access_token } = await waitForTokens();
const person = await fetch(metadata.userinfo_endpoint ?? `${ISSUER}/userinfo`, {
  headers: { authorization: `Bearer ${access_token}` },
});
console.log('Connected as', await person.json());
