import t from 'tap';
import { matchesIn, shippedSources } from './sources.ts';

/** The one file that knows where a unit of work is kept. */
const place = 'src/provider/request-context.ts';

/** The files that look up the unit of work of the request, each with its reason. All others get it as an argument. */
const lookUps: Readonly<Record<string, string>> = {
  'src/provider/overrides/client-ping.ts': 'oidc-provider calls the override without any context.',
  'src/provider/overrides/session.ts': 'oidc-provider calls the override without any context.',
  'src/provider/storage/model-adapter.ts': 'oidc-provider calls the adapter without any context.',
};

/** The files that open a unit of work, each with its reason. */
const openers: Readonly<Record<string, string>> = {
  'src/features/ciba/submit-decision.ts': 'It calls the engine outside of a request to the engine.',
  'src/features/json-tokens/endpoint.ts': 'It dispatches the request to the engine itself.',
  'src/http/interactions/index.ts': 'Steps use the engine outside of a request to the engine.',
  'src/provider/sessions/renew-sign-in.ts': 'A page renews a session outside of a request to the engine.',
  'src/services/account-pages/redeem-code.ts': 'It redeems a code outside of a request to the engine.',
  'src/testing/authorization-code.ts': 'The test kit calls the engine without a request.',
  'src/testing/session.ts': 'The test kit calls the engine without a request.',
};

const sources = shippedSources().filter(({ file }) => file !== 'src/store/current-unit-of-work.ts');
const filesWith = (pattern: RegExp): readonly string[] => [
  ...new Set(matchesIn(sources, pattern).map((line) => line.slice(0, line.indexOf(':')))),
];

t.test('the unit of work of a request is looked up in one place', async (t) => {
  t.same(filesWith(/\bcurrentUnitOfWork\(/), [place]);
});

t.test('that place is asked with a reason only', async (t) => {
  t.same(filesWith(/\bfindUnitOfWork\(\)/).toSorted(), Object.keys(lookUps).toSorted());
});

t.test('a unit of work is opened at an endpoint only', async (t) => {
  t.same(filesWith(/\brunInUnitOfWork\(/).toSorted(), Object.keys(openers).toSorted());
});
