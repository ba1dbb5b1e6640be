import { Provider } from 'oidc-provider';
import t from 'tap';
import { storedPayload } from '#src/provider/overrides/stored-payload.ts';

// Compares src/provider/overrides/stored-payload.ts with what it replaces.

/** A member for each name that a model stores, and some that it doesn't. */
const membersOf = (names: readonly string[]) => ({
  ...Object.fromEntries(names.map((name, at) => [name, { member: name, at }])),
  iat: 1_700_000_000,
  exp: 4_000_000_000,
  jti: 'an-id-of-a-model',
  kind: undefined,
  nothing: null,
  stranger: 'is not stored',
});

const createModels = ({ replaced }: { readonly replaced: boolean }) => {
  const provider = new Provider('http://localhost:3000', { cookies: { keys: ['a-key'] } });
  // The override uses no other dependency.
  if (replaced) storedPayload.apply(provider, { clock: { now: Date.now } } as never);
  return provider as unknown as Readonly<Record<string, ModelClass>>;
};

interface ModelClass {
  readonly IN_PAYLOAD: readonly string[];
  new (members: object): { getValueAndPayload(): Promise<{ value: string; payload: object }> };
}

const own = createModels({ replaced: true });
const engine = createModels({ replaced: false });

const payloadsOf = async (name: string, change: (members: Record<string, unknown>) => object) => {
  const [ofOverride, ofEngine] = await Promise.all(
    [own, engine].map(async (models) => {
      const Model = models[name];
      if (!Model) throw new Error(`the engine has no ${name}`);
      return new Model(change(membersOf(Model.IN_PAYLOAD))).getValueAndPayload();
    }),
  );
  return { ofOverride, ofEngine };
};

const names = storedPayload.symbols.map((symbol) => symbol.split('.')[0] ?? '');

for (const name of names) {
  t.test(`the payload of ${name} is what the engine makes`, async (t) => {
    const { ofOverride, ofEngine } = await payloadsOf(name, (members) => members);
    t.ok(Object.keys(ofOverride?.payload ?? {}).length > 5);
    t.strictSame(ofOverride, ofEngine);
    t.strictSame(
      Object.keys(ofOverride?.payload ?? {}),
      Object.keys(ofEngine?.payload ?? {}),
      'in its order',
    );
    t.notOk('stranger' in (ofOverride?.payload ?? {}));
  });

  t.test(`a member of ${name} that is undefined is left out`, async (t) => {
    const { ofOverride, ofEngine } = await payloadsOf(name, (members) => ({
      ...members,
      accountId: undefined,
      grantId: undefined,
    }));
    t.strictSame(ofOverride, ofEngine);
    t.notOk('accountId' in (ofOverride?.payload ?? {}));
  });
}

t.test('a code that is not saved yet has the lifetime of its kind', async (t) => {
  const before = Math.floor(Date.now() / 1000);
  const { ofOverride } = await payloadsOf('AuthorizationCode', ({ exp: _exp, iat: _iat, ...members }) => ({
    ...members,
    expiresIn: 60,
  }));
  const { iat, exp } = Object(ofOverride?.payload);
  t.ok(iat >= before && iat <= before + 5);
  t.equal(exp, iat + 60);
});
