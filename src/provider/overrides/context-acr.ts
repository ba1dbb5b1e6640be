import type { EngineContext } from './options.ts';
import type { Override } from './override.ts';

export const contextAcr: Override = {
  name: 'context-acr',
  symbols: ['OIDCContext.prototype.acr'],
  reason:
    'The engine reports the acr of the session. A sign-in that is stronger than requested is reported as what ' +
    'was requested, because clients compare values and not strengths.',
  test: 'test/protocol/step-up.test.ts',
  apply(provider, { options: { contextAcr } }) {
    if (!contextAcr) return;
    Object.defineProperty(provider.OIDCContext.prototype, 'acr', {
      configurable: true,
      get(this: EngineContext) {
        return contextAcr.reported(this);
      },
    });
  },
};
