import type { Provider } from 'oidc-provider';

export type Interaction = Awaited<ReturnType<Provider['interactionDetails']>>;

export type EngineClient = InstanceType<Provider['Client']>;
