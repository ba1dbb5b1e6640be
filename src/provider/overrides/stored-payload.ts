import type { AdapterPayload, Provider } from 'oidc-provider';
import { assertPayload, internalsOf } from '../internals.ts';
import type { Override } from './override.ts';

interface Model {
  readonly [member: string]: unknown;
  readonly jti: string;
  readonly iat?: number;
  readonly exp?: number;
  /** What is left of the lifetime of the model's kind, in seconds. */
  readonly expiration?: number;
  /** The engine awaits the result. */
  getValueAndPayload(): { value: string; payload: AdapterPayload };
}

interface ModelClass {
  new (payload: object): Record<string, unknown>;
  readonly prototype: Model;
  /** The names of the members that are stored. */
  readonly IN_PAYLOAD: readonly string[];
  /** Makes a model of a payload that was found. Without one it makes a new session. */
  instantiate(payload?: Readonly<Record<string, unknown>>): unknown;
}

/** The models whose payload is nothing but their members. */
const models = [
  'AuthorizationCode',
  'BackchannelAuthenticationRequest',
  'DeviceCode',
  'Grant',
  'Interaction',
  'RefreshToken',
  'Session',
] as const;

type ModelName = (typeof models)[number] | 'AccessToken';

/** The models that requests read, with the members that their constructors make when they are missing. */
const readModels: ReadonlyMap<ModelName, readonly string[]> = new Map([
  ['AccessToken', []],
  ['AuthorizationCode', []],
  ['BackchannelAuthenticationRequest', []],
  ['DeviceCode', []],
  ['Grant', []],
  ['Interaction', []],
  ['RefreshToken', ['iat', 'iiat']],
  ['Session', ['jti', 'uid']],
]);

/** Members that this server stores with a model, beside those of the engine. */
const ownMembers: Partial<Record<ModelName, readonly string[]>> = {
  AuthorizationCode: ['authTs'],
  BackchannelAuthenticationRequest: ['authTs'],
  DeviceCode: ['authTs'],
  RefreshToken: ['authTs'],
  Session: ['loginMs', 'beganAt', 'authTs', 'saidTs'],
};

const storedMembers = (provider: Provider, name: ModelName): ReadonlySet<string> =>
  new Set([...classOf(provider, name).IN_PAYLOAD, ...(ownMembers[name] ?? [])]);

/** The types of the engine leave out these members. */
const classOf = (provider: Provider, name: ModelName): ModelClass => provider[name] as unknown as ModelClass;

/** The constructor copies a member much more slowly than an assignment, so it gets those only that it needs. */
const instantiateFast = (
  model: ModelClass,
  constructed: readonly string[],
  members: ReadonlySet<string>,
): void => {
  const { instantiate } = model;
  const assigned = new Set(members);
  // The constructor sets `kind` to the name of the class.
  for (const name of ['kind', ...constructed]) assigned.delete(name);
  model.instantiate = function (this: ModelClass, payload) {
    if (payload === undefined) return instantiate.call(this);
    const needed: Record<string, unknown> = {};
    for (const name of constructed) if (payload[name] !== undefined) needed[name] = payload[name];
    const instance = new this(needed);
    if ((payload['kind'] ?? instance['kind']) !== instance['kind']) throw new TypeError('kind mismatch');
    for (const name of Object.keys(payload)) if (assigned.has(name)) instance[name] = payload[name];
    return instance;
  };
};

/** The checks of the engine, without its two promises for each record. The caller awaits the result. */
const verifyAtOnce = (provider: Provider): void => {
  const { BaseModel, configuration } = internalsOf(provider);
  BaseModel.verify = (stored, { ignoreExpiration = false } = {}) => {
    if ('jwt' in stored || 'jwt-ietf' in stored || 'paseto' in stored) throw new TypeError('not opaque');
    if ('format' in stored && stored.format !== 'opaque') throw new TypeError('not opaque');
    assertPayload(stored, { ignoreExpiration, clockTolerance: configuration.clockTolerance });
    return stored;
  };
};

export const storedPayload: Override = {
  name: 'stored-payload',
  symbols: [
    ...models.map((name) => `${name}.prototype.getValueAndPayload`),
    ...Array.from(readModels.keys(), (name) => `${name}.instantiate`),
    'internals.BaseModel.verify',
  ],
  reason:
    'The engine copies a model into its payload twice, with a call of `Object.defineProperty` for each ' +
    'member: that is a tenth of the processor time of a code exchange. It copies what it found into a model ' +
    'in the same way, and checks it by two more promises. And it knows its own members only, not those that this server adds. No stored member is ' +
    'named `__proto__`, so an assignment does the same.',
  test: 'test/provider/stored-payload.test.ts',
  apply(provider, { clock }) {
    for (const name of models) {
      const { prototype } = classOf(provider, name);
      const stored = storedMembers(provider, name);
      prototype.getValueAndPayload = function () {
        const now = Math.floor(clock.now() / 1000);
        const exp = this.exp || now + Number(this.expiration);
        const payload: AdapterPayload = { iat: this.iat || now, ...(exp ? { exp } : {}) };
        for (const member of Object.keys(this)) {
          const value = this[member];
          if (value !== undefined && stored.has(member)) payload[member] = value;
        }
        return { value: this.jti, payload };
      };
    }
    for (const [name, constructed] of readModels)
      instantiateFast(classOf(provider, name), constructed, storedMembers(provider, name));
    verifyAtOnce(provider);
  },
};
