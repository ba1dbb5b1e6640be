import { Provider } from 'oidc-provider';
import t from 'tap';
import { assertSymbolsExist } from '#src/provider/overrides/engine-symbols.ts';
import type { Override } from '#src/provider/overrides/override.ts';
import { overrides } from '#src/provider/overrides/register.ts';

const provider = new Provider('http://localhost:3000', { cookies: { keys: ['a-key'] } });

t.test('every member that an override replaces is in the installed release of oidc-provider', async (t) => {
  t.doesNotThrow(() => assertSymbolsExist(provider, overrides));
});

t.test('a member that a release no longer has stops the start, by name', async (t) => {
  const override: Override = {
    name: 'session',
    symbols: ['Session.prototype.save', 'Session.prototype.rotate'],
    reason: '',
    test: '',
    apply() {},
  };
  t.throws(() => assertSymbolsExist(provider, [override]), {
    message:
      /^oidc-provider \d+\.\d+\.\d+ has no Session\.prototype\.rotate, which the override session replaces/,
  });
  for (const symbol of [
    'Sessions.find',
    'Session().uids',
    'Sessions().uid',
    'internals.modes',
    'Router.prototype.all',
  ]) {
    t.throws(() => assertSymbolsExist(provider, [{ ...override, symbols: [symbol] }]), { message: symbol });
  }
});
