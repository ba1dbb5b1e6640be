import type { AdapterPayload, Provider } from 'oidc-provider';
import type { Override } from './override.ts';

interface Model {
  readonly [member: string]: unknown;
  readonly jti: string;
  readonly iat?: number;
  readonly exp?: number;
  /** What is left of the lifetime of the model's kind, in seconds. */
  readonly expiration?: number;
  getValueAndPayload(): Promise<{ value: string; payload: AdapterPayload }>;
}

interface ModelClass {
  readonly prototype: Model;
  /** The names of the members that are stored. */
  readonly IN_PAYLOAD: readonly string[];
}

/** The models whose payload is nothing but their members. */
const models = ['AuthorizationCode', 'Grant', 'Interaction', 'RefreshToken', 'Session'] as const;

/** The types of the engine leave out both members. */
const classOf = (provider: Provider, name: (typeof models)[number]): ModelClass =>
  provider[name] as unknown as ModelClass;

export const storedPayload: Override = {
  name: 'stored-payload',
  symbols: models.map((name) => `${name}.prototype.getValueAndPayload`),
  reason:
    'The engine copies a model into its payload twice, with a call of `Object.defineProperty` for each member: that is a tenth of the processor time of a code exchange. No stored member is named `__proto__`, so an assignment does the same.',
  test: 'test/provider/stored-payload.test.ts',
  apply(provider, { clock }) {
    for (const name of models) {
      const { prototype, IN_PAYLOAD } = classOf(provider, name);
      const stored = new Set(IN_PAYLOAD);
      prototype.getValueAndPayload = async function () {
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
  },
};
