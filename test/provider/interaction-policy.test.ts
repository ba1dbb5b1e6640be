import { Provider, interactionPolicy as policies } from 'oidc-provider';
import t from 'tap';
import { asyncLocalStorage, internalsOf } from '#src/provider/internals.ts';
import { interactionPolicy } from '#src/provider/overrides/interaction-policy.ts';

// What the engine gets of its policy, which src/provider/overrides/interaction-policy.ts replaces.

const { Check, Prompt } = policies;
const started: string[] = [];
const request = { name: 'the context of a request' };

const check = (name: string, outcome: () => boolean | Promise<boolean>) =>
  new Check(name, name, (ctx) => {
    started.push(name);
    t.equal(ctx, request, 'each check gets the context of the request');
    return outcome();
  });

const createPolicy = (prompts: policies.Prompt[]) => {
  const provider = new Provider('http://localhost:3000', {
    cookies: { keys: ['a-key'] },
    interactions: { policy: prompts, url: () => '/' },
  });
  // The override uses no dependencies.
  interactionPolicy.apply(provider, {} as never);
  return internalsOf(provider).configuration.interactions.policy;
};

const fails = (): never => {
  throw new Error('a check failed');
};

const policy = createPolicy([
  new Prompt(
    { name: 'passed' },
    check('no', () => false),
  ),
  new Prompt(
    { name: 'open' },
    { details: 'of the prompt' } as never,
    check('also no', () => false),
    check('yes', () => true),
    check('asked later', async () => false),
    check('failing', fails),
  ),
  new Prompt(
    { name: 'last' },
    check('never asked', () => true),
  ),
]);

t.beforeEach(() => {
  started.length = 0;
});

t.test('the engine gets the prompts and checks that may need a person, with their outcomes', async (t) =>
  asyncLocalStorage.run(request, async () => {
    const [open] = policy;
    t.equal(open?.name, 'open');
    t.strictSame(
      open?.checks.map(({ reason }) => reason),
      ['yes', 'asked later', 'failing'],
    );
    const [yes, later, failing] = open?.checks ?? [];
    t.equal(yes?.check(request as never), true);
    t.equal(yes?.error, 'interaction_required', 'what else a check has stays');
    t.equal(await later?.check(request as never), false);
    t.throws(() => failing?.check(request as never), /a check failed/);
    t.strictSame(started, ['no', 'also no', 'yes', 'asked later', 'failing'], 'each was called once');
  }),
);

t.test('a prompt is checked after the prompts before it were passed', async (t) =>
  asyncLocalStorage.run(request, async () => {
    for (const { name } of policy) if (name === 'open') break;
    t.notOk(started.includes('never asked'));
  }),
);

t.test('without a request there is nothing to check', async (t) => {
  t.throws(() => [...policy], /outside of a request/);
});
