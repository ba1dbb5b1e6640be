import type { AuthorizationDetailTypesOptions } from './authorization-detail-types.ts';
import type { ClientFindOptions } from './client-find.ts';
import type { ClientLogoutOptions } from './client-logout.ts';
import type { ClientPingOptions } from './client-ping.ts';
import type { ContextAcrOptions } from './context-acr.ts';
import type { ContextEntityOptions } from './context-entity.ts';
import type { DeviceUserCodeOptions } from './device-user-code.ts';
import type { InteractionFindOptions } from './interaction-find.ts';
import type { PollRateOptions } from './poll-rate.ts';
import type { PushedRequestSaveOptions } from './pushed-request-save.ts';
import type { ResponseModesOptions } from './response-modes.ts';

/** What features pass to the overrides that they name. Two features that pass the same option are refused at start. */
export interface OverrideOptions {
  readonly authorizationDetailTypes?: AuthorizationDetailTypesOptions;
  readonly clientFind?: ClientFindOptions;
  readonly clientLogout?: ClientLogoutOptions;
  readonly clientPing?: ClientPingOptions;
  readonly contextAcr?: ContextAcrOptions;
  readonly contextEntity?: ContextEntityOptions;
  readonly deviceUserCode?: DeviceUserCodeOptions;
  readonly interactionFind?: InteractionFindOptions;
  readonly pollRate?: PollRateOptions;
  readonly pushedRequestSave?: PushedRequestSaveOptions;
  readonly responseModes?: ResponseModesOptions;
}
