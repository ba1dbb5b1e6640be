import t from 'tap';
import { contentSecurityPolicy, pageHeaders } from '#src/views/policy.ts';

t.test('the policy of a page allows only what the page needs', async (t) => {
  t.equal(
    contentSecurityPolicy(),
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  );
  t.match(contentSecurityPolicy({ remoteImages: true }), "img-src 'self' data: https:;");
});

const formAction = (...formTargets: string[]): string | undefined =>
  /form-action ([^;]*);/.exec(contentSecurityPolicy({ formTargets }))?.[1];

t.test('form-action names only the origin at which a form may end', async (t) => {
  t.equal(formAction('https://app.example/cb?x=1;script-src *'), "'self' https://app.example");
  t.equal(
    formAction('http://localhost:8976/cb', 'http://localhost:8976/other'),
    "'self' http://localhost:8976",
  );
  t.equal(formAction('http://127.0.0.1:49152/'), "'self' http://127.0.0.1:49152");
  t.equal(
    formAction('com.example.app:/cb'),
    "'self' com.example.app:",
    'RFC 8252 §7.1: a private-use scheme',
  );
  t.equal(formAction('http://[::1]:8976/cb'), "'self' http:", 'CSP has no form for an IPv6 address');
});

t.test('form-action may name every web site, for a form without anything of a person', async (t) => {
  t.match(
    contentSecurityPolicy({ formTargets: ['https://app.example.com/cb'], anyFormTarget: true }),
    "form-action 'self' https://app.example.com https: http:;",
  );
});

t.test('form-action accepts no script and no second directive', async (t) => {
  for (const uri of [
    'javascript:alert(1)',
    'data:text/html,x',
    'blob:https://x',
    'file:///x',
    "https://a.example;script-src 'unsafe-inline'",
    'nonsense',
    '',
    "'unsafe-inline'",
  ])
    t.equal(formAction(uri), "'self'", uri);
});

t.test('a popup keeps its opener on interaction pages only', async (t) => {
  t.equal(pageHeaders()['Cross-Origin-Opener-Policy'], 'same-origin');
  t.equal(pageHeaders({ popup: true })['Cross-Origin-Opener-Policy'], undefined);
  t.match(pageHeaders(), {
    'Referrer-Policy': 'strict-origin',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Permissions-Policy': /camera=\(\)/,
  });
});
