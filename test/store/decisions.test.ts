import t from 'tap';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  codeFor,
  type Page,
  postForm,
  RelyingParty,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// A person answers on a page while a client polls for the answer. What the page says counts, whichever requests come at the
// same time.

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
const cibaGrant = 'urn:openid:params:grant-type:ciba';

const redis = await ensureRedis();
t.teardown(() => redis.close());

const stores = {
  embedded: () => ({ url: 'memory:' }),
  redis: () => ({ url: redis.url, prefix: freshPrefix() }),
};

const configOf = (store: object) => ({
  ...usualConfig,
  store,
  security: { throttle: { device_per_address: 1_000 } },
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'tv',
      token_endpoint_auth_method: 'none',
      application_type: 'native',
      grant_types: [deviceGrant],
      response_types: [],
    },
    {
      client_id: 'bank',
      client_secret: secret,
      grant_types: [cibaGrant],
      response_types: [],
      backchannel_token_delivery_mode: 'poll',
    },
  ],
});

const rounds = 8;

for (const [name, storeOf] of Object.entries(stores)) {
  t.test(
    `${name}: a device that is denied while its code is confirmed is denied (RFC 8628 §3.5)`,
    async (t) => {
      const { issuer } = await startInProcess(t, configOf(storeOf()));
      const enter = async (browser: Browser, userCode: string): Promise<Page> =>
        browser.submit(await browser.open(`${issuer}/oauth/device`), { user_code: userCode });
      let denials = 0;
      for (let round = 0; round < rounds; round += 1) {
        const begun = await postForm(`${issuer}/oauth/device_authorization`, {
          client_id: 'tv',
          scope: 'openid',
        });
        const userCode = String(begun.body['user_code']);
        const [one, other] = [new Browser(), new Browser()];
        const [atOne, atOther] = [await enter(one, userCode), await enter(other, userCode)];
        const confirm = () => one.submit(atOne, {});
        const deny = () => other.submit(atOther, { abort: 'yes' });
        const [confirmed, denied] =
          round % 2 === 0
            ? await Promise.all([confirm(), deny()])
            : (await Promise.all([deny(), confirm()])).toReversed();
        t.ok((confirmed?.status ?? 500) < 500);
        if (!denied?.body.includes('Device not connected')) continue;
        denials += 1;
        const polled = await postForm(`${issuer}/oauth/token`, {
          grant_type: deviceGrant,
          client_id: 'tv',
          device_code: String(begun.body['device_code']),
        });
        t.match(polled, { status: 400, body: { error: 'access_denied' } }, `round ${round}`);
      }
      t.ok(denials > 0);
    },
  );

  t.test(`${name}: a form that confirms a code twice is no second decision`, async (t) => {
    const { issuer } = await startInProcess(t, configOf(storeOf()));
    const { body } = await postForm(`${issuer}/oauth/device_authorization`, {
      client_id: 'tv',
      scope: 'openid',
    });
    const browser = new Browser();
    const page = await browser.open(`${issuer}/oauth/device`);
    const confirm = await browser.submit(page, { user_code: String(body['user_code']) });
    const pages = await Promise.all([browser.submit(confirm, {}), browser.submit(confirm, {})]);
    t.ok(pages.some(({ body: text }) => text.includes('login-submit')));
    for (const { status } of pages) t.ok(status < 500);
  });

  t.test(`${name}: of an approval and a denial at once, the one that the page confirms counts`, async (t) => {
    const postern = await startInProcess(t, configOf(storeOf()));
    const bank = new RelyingParty(postern.issuer, 'bank');
    const ada = new Browser();
    await codeFor(new RelyingParty(postern.issuer), ada);
    for (let round = 0; round < rounds / 2; round += 1) {
      const { body } = await bank.post('/oauth/ciba', { scope: 'openid', login_hint: 'ada' });
      const page = await ada.open(`${postern.issuer}/account/requests`);
      const decisions = round % 2 === 0 ? ['allow', 'deny'] : ['deny', 'allow'];
      const pages = await Promise.all(decisions.map((decision) => ada.submit(page, { decision })));
      const taken = pages.filter(({ status }) => status === 200);
      t.equal(taken.length, 1);
      const polled = await bank.post('/oauth/token', {
        grant_type: cibaGrant,
        auth_req_id: String(body['auth_req_id']),
      });
      t.equal(polled.status, /Approved/.test(taken[0]?.body ?? '') ? 200 : 400, `round ${round}`);
    }
  });
}
