import { Provider } from 'oidc-provider';
import t from 'tap';
import { internalsOf } from '#src/provider/internals.ts';
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

const createProvider = ({ replaced }: { readonly replaced: boolean }): Provider => {
  const provider = new Provider('http://localhost:3000', { cookies: { keys: ['a-key'] }, clockTolerance: 5 });
  // The override uses no other dependency.
  if (replaced) storedPayload.apply(provider, { clock: { now: Date.now } } as never);
  return provider;
};

const ownProvider = createProvider({ replaced: true });
const engineProvider = createProvider({ replaced: false });

interface ModelClass {
  readonly IN_PAYLOAD: readonly string[];
  new (members: object): { getValueAndPayload(): Promise<{ value: string; payload: object }> };
  instantiate(payload?: object): object;
}

type Models = Readonly<Record<string, ModelClass>>;

const own = ownProvider as unknown as Models;
const engine = engineProvider as unknown as Models;

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

const namesWith = (member: string): readonly string[] =>
  storedPayload.symbols
    .filter((symbol) => symbol.endsWith(member))
    .map((symbol) => symbol.split('.')[0] ?? '');

for (const name of namesWith('getValueAndPayload')) {
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

const modelOf = (models: typeof own, name: string): ModelClass => {
  const Model = models[name];
  if (!Model) throw new Error(`the engine has no ${name}`);
  return Model;
};

for (const name of namesWith('instantiate')) {
  t.test(`what is found of ${name} has the members that the engine gives it`, async (t) => {
    const members = { ...membersOf(modelOf(own, name).IN_PAYLOAD), kind: name };
    for (const payload of [
      members,
      { ...members, iiat: undefined, nonce: undefined },
      { jti: 'an-id-of-a-model', uid: 'a-uid-of-a-session', iat: 1_700_000_000, kind: name },
    ]) {
      const found = modelOf(own, name).instantiate(payload);
      t.strictSame({ ...found }, { ...modelOf(engine, name).instantiate(payload) });
      t.equal(found.constructor.name, name);
      t.notOk('stranger' in found);
    }
  });

  t.test(`the payload of another model makes no ${name}`, async (t) => {
    const payload = { jti: 'an-id-of-a-model', uid: 'a-uid', kind: 'AnotherModel' };
    t.throws(() => modelOf(own, name).instantiate(payload), /kind mismatch/);
  });
}

t.test('a session without a payload is a new one', async (t) => {
  t.equal(Object(modelOf(own, 'Session').instantiate()).new, true);
  t.equal(Object(modelOf(own, 'Session').instantiate({})).new, undefined);
});

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

t.test('a payload that was found is refused as the engine refuses it', async (t) => {
  const now = Math.floor(Date.now() / 1000);
  const isAccepted = async (provider: Provider, payload: object, ignoreExpiration: boolean) => {
    try {
      return (await internalsOf(provider).BaseModel.verify(payload, { ignoreExpiration })) === payload;
    } catch {
      return false;
    }
  };
  const payloads: readonly [payload: object, accepted: boolean][] = [
    [{ jti: 'x', iat: now, exp: now + 60 }, true],
    [{ jti: 'x', exp: now - 3 }, true],
    [{ jti: 'x', exp: now - 30 }, false],
    [{ jti: 'x', exp: 'never' }, false],
    [{ jti: 7 }, false],
    [{ iat: now + 60 }, false],
    [{ nbf: now + 60 }, false],
    [{ aud: ['one', 2] }, false],
    [{ format: 'opaque' }, true],
    [{ format: 'jwt' }, false],
    [{ jwt: 'x' }, false],
    [{ 'jwt-ietf': 'x' }, false],
    [{ paseto: 'x' }, false],
  ];
  for (const [payload, accepted] of payloads) {
    for (const ignoreExpiration of [false, true]) {
      const byOverride = await isAccepted(ownProvider, payload, ignoreExpiration);
      t.equal(
        byOverride,
        await isAccepted(engineProvider, payload, ignoreExpiration),
        JSON.stringify(payload),
      );
      if (!ignoreExpiration) t.equal(byOverride, accepted, JSON.stringify(payload));
    }
  }
});
