import type { Provider } from 'oidc-provider';
import type { PendingRecord } from '../admission.ts';
import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

interface Model {
  /** Undefined until the record is saved for the first time. */
  readonly exp?: number | undefined;
  readonly params?: unknown;
  readonly prompt?: unknown;
  readonly session?: unknown;
  save(ttl?: number): Promise<string>;
}

const models = [
  'BackchannelAuthenticationRequest',
  'Interaction',
] as const satisfies readonly PendingRecord['model'][];

/** The types of the engine leave out members that every model has. */
const prototypeOf = (provider: Provider, model: (typeof models)[number]): Model =>
  provider[model].prototype as unknown as Model;

const bytesOf = ({ params, prompt, session }: Model): number =>
  Buffer.byteLength(JSON.stringify([params, prompt, session]));

export const admission: Override = {
  name: 'admission',
  symbols: models.map((model) => `${model}.prototype.save`),
  reason:
    'The engine stores the parameters of each request before anyone has signed in, so unauthenticated callers ' +
    'could fill the store. A record is counted, and refused beyond a limit, before it is saved for the first ' +
    'time. Codes, pushed requests, device codes and sessions are counted by their own overrides.',
  test: 'test/security/flood.test.ts',
  apply(provider, { admit }) {
    for (const model of models) {
      const prototype = prototypeOf(provider, model);
      const { save } = prototype;
      prototype.save = async function (ttl) {
        const ctx = currentContext();
        if (ctx && this.exp === undefined) admit(ctx, { model, bytes: bytesOf(this) });
        return save.call(this, ttl);
      };
    }
  },
};
