import t from 'tap';
import { shareAmongClients } from '#src/features/ciba/share-among-clients.ts';
import { createManualClock, replaceDateNow } from '../support/clocks.ts';
import {
  Browser,
  codeFor,
  type Page,
  RelyingParty,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const grant = 'urn:openid:params:grant-type:ciba';

const caller = (client_id: string) => ({
  client_id,
  client_secret: secret,
  grant_types: [grant, 'refresh_token'],
  response_types: [],
  backchannel_token_delivery_mode: 'poll',
});

const shown = ({ body }: Page): number => body.match(/name="request"/g)?.length ?? 0;

t.test('one client hides no request of another (OpenID Connect CIBA §7)', async (t) => {
  for (const [what, expiry] of [
    ['that have expired', '1'],
    ['that are pending', '600'],
  ] as const)
    await t.test(`with requests ${what}`, async (t) => {
      const clock = createManualClock(Date.now());
      const config = { ...usualConfig, clients: [...usualConfig.clients, caller('bank'), caller('mob')] };
      const { issuer } = await startInProcess(t, config, { clock });
      replaceDateNow(t, clock.now);
      const [bank, mob] = [new RelyingParty(issuer, 'bank'), new RelyingParty(issuer, 'mob')];
      const ask = (party: RelyingParty, more: Record<string, string> = {}) =>
        party.post('/oauth/ciba', { scope: 'openid', login_hint: 'ada', ...more });
      const ada = new Browser();
      await codeFor(new RelyingParty(issuer), ada);
      const { body } = await ask(bank, { binding_message: 'pay 10 EUR' });
      const requestsPage = () => ada.open(`${issuer}/account/requests`);
      const before = await requestsPage();
      t.equal(shown(before), 1);

      const asked = 70;
      for (let sent = 0; sent < asked; sent += 1) {
        t.equal((await ask(mob, { requested_expiry: expiry })).status, 200);
        if (sent % 10 === 9) clock.advance(61_000);
      }
      clock.advance(2_000);

      const after = await requestsPage();
      t.match(after.body, 'pay 10 EUR');
      t.equal(shown(after), expiry === '1' ? 1 : 50, 'and the page has a limit');
      t.match(await ada.submit(before, { decision: 'allow' }), { status: 200, body: /Approved/ });
      t.match(await ada.submit(before, { decision: 'allow' }), { status: 410 });
      const poll = { grant_type: grant, auth_req_id: String(body['auth_req_id']) };
      t.equal((await bank.post('/oauth/token', poll)).status, 200);
    });
});

t.test('each client gets its share of the list, newest first', async (t) => {
  const requestsOf = (...clients: string[]) =>
    clients.map((clientId, handle) => ({ handle, payload: { clientId } }));
  const handles = (requests: ReturnType<typeof requestsOf>, limit: number) =>
    shareAmongClients(requests, limit).map(({ handle }) => handle);
  t.same(handles(requestsOf('mob', 'mob', 'mob'), 2), [0, 1]);
  t.same(handles(requestsOf('mob', 'mob', 'mob', 'bank', 'shop'), 3), [0, 3, 4]);
  t.same(handles(requestsOf('mob', 'mob', 'mob', 'bank', 'bank'), 4), [0, 1, 3, 4]);
  t.same(handles(requestsOf('mob', 'bank'), 2), [0, 1], 'and all of it when there is room');
});
