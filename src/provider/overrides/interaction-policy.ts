import type { interactionPolicy as policies } from 'oidc-provider';
import { internalsOf } from '../internals.ts';
import { currentContext } from '../request-context.ts';
import type { Override } from './override.ts';

type Check = policies.Check;

/** Undefined if the check says at once that there is no need to prompt. Otherwise a check with the same outcome. */
const callCheck = (check: Check, ctx: Parameters<Check['check']>[0]): Check | undefined => {
  try {
    const result = check.check(ctx);
    return result === false ? undefined : { ...check, check: () => result };
  } catch (error) {
    const fail = (): never => {
      throw error;
    };
    return { ...check, check: fail };
  }
};

export const interactionPolicy: Override = {
  name: 'interaction-policy',
  symbols: ['internals.configuration.interactions.policy'],
  reason:
    'The engine makes three promises for each of more than thirty checks: an eighth of the memory of an ' +
    'authorization request. Nearly all checks say at once that there is no need to prompt, so the engine gets ' +
    'the others only, with their outcomes. As before, the checks of a prompt start together, after the ' +
    'prompts before it were passed.',
  test: 'test/provider/interaction-policy.test.ts',
  apply(provider) {
    const { policy } = internalsOf(provider).configuration.interactions;
    const prompts = policy.slice();
    Object.defineProperty(policy, Symbol.iterator, {
      value: function* () {
        const ctx = currentContext();
        if (!ctx) throw new Error('the engine reads its policy outside of a request');
        for (const prompt of prompts) {
          const checks: Check[] = [];
          for (const check of prompt.checks) {
            const called = callCheck(check, ctx);
            if (called) checks.push(called);
          }
          if (checks.length > 0) yield { ...prompt, checks };
        }
      },
    });
  },
};
