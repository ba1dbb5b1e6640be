import type { Adapter } from 'oidc-provider';
import { ClientAdapter, type ClientAdapterDependencies } from './client-adapter.ts';
import { BackchannelRequestAdapter, DeviceCodeAdapter } from './decision-adapter.ts';
import { GrantAdapter } from './grant-adapter.ts';
import { isModelName } from './ids.ts';
import { InteractionAdapter } from './interaction-adapter.ts';
import { type AdapterDependencies, ModelAdapter } from './model-adapter.ts';
import { PushedRequestAdapter, type PushedRequestLimits } from './pushed-request-adapter.ts';
import type { RetryOptions } from './refresh-retry.ts';
import { type RefreshLimits, RefreshTokenAdapter } from './refresh-token-adapter.ts';
import { SessionAdapter, type SessionLimits } from './session-adapter.ts';

interface Dependencies
  extends AdapterDependencies,
    RetryOptions,
    RefreshLimits,
    SessionLimits,
    PushedRequestLimits,
    ClientAdapterDependencies {}

/** The engine asks once for the adapter of each model. */
export const createAdapterFactory =
  (dependencies: Dependencies) =>
  (name: string): Adapter => {
    switch (name) {
      case 'Client':
        // The engine calls only `find`: its own registration is off.
        return new ClientAdapter(dependencies) as Partial<Adapter> as Adapter;
      case 'Grant':
        return new GrantAdapter(dependencies);
      case 'Session':
        return new SessionAdapter(dependencies);
      case 'Interaction':
        return new InteractionAdapter(dependencies);
      case 'PushedAuthorizationRequest':
        return new PushedRequestAdapter(dependencies);
      case 'RefreshToken':
        return new RefreshTokenAdapter(dependencies);
      case 'DeviceCode':
        return new DeviceCodeAdapter(dependencies);
      case 'BackchannelAuthenticationRequest':
        return new BackchannelRequestAdapter(dependencies);
      default:
        if (isModelName(name)) return new ModelAdapter(name, dependencies);
        throw new Error(`no storage for the engine's model ${name}`);
    }
  };
