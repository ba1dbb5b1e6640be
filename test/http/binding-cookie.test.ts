import { createHmac } from 'node:crypto';
import type { InteractionResults } from 'oidc-provider';
import t from 'tap';
import { bindingCookie } from '#src/http/interactions/same-browser.ts';

const issuer = 'http://localhost:3000';
const answered = {
  uid: 'some-uid',
  returnTo: `${issuer}/oauth/authorize/some-uid`,
  session: { accountId: 'ada', uid: 'session', cookie: 'cookie' },
};
const macIn = (cookie: string): string => /^postern_answer=([^;]+)/.exec(cookie)?.[1] ?? '';
const mac = (...subject: readonly string[]): string =>
  createHmac('sha256', 'key').update(JSON.stringify(subject)).digest('base64url');

t.test('an answer without an upstream is bound as by 0.1.0, which serves beside this release', async (t) => {
  const bound = (result: InteractionResults) =>
    macIn(bindingCookie({ ...answered, result }, issuer, ['key']));
  t.equal(bound({ consent: { grantId: 'grant' } }), mac('answer', 'some-uid', 'ada'));
  t.equal(bound({ login: { accountId: 'grace' } }), mac('answer', 'some-uid', 'grace'));
  t.equal(
    bound({ upstream_link: { arrival: 'here' } }),
    mac('answer', 'some-uid', 'ada', '', 'here'),
    'the person of an upstream',
  );
});
