import type { KoaContextWithOIDC } from 'oidc-provider';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import type { Interaction } from '../engine-types.ts';
import type { DetailsType, ResponseMode } from '../internals.ts';

export type EngineContext = KoaContextWithOIDC['oidc'];

/** Types of RFC 9396. */
export interface DetailTypes extends DetailsType {
  /** The types that a client is registered for. */
  readonly typesOf: (metadata: Readonly<Record<string, unknown>>) => readonly string[];
}

interface ClientFindOptions {
  /** All secrets of a client, while one is being replaced. */
  readonly assertionSecrets?: (clientId: string) => Promise<readonly string[]>;
  readonly authorizationDetailTypes?: DetailTypes;
}

interface ClientReceiver {
  readonly client: string;
  /** Where the message goes. */
  readonly address: string | undefined;
  readonly isFromRegistration: boolean;
}

interface LogoutNotification extends ClientReceiver {
  readonly accountId: string;
  readonly sid: string | undefined;
}

export interface ClientLogoutOptions {
  /** Takes the notification, to be sent later by `sendLogoutToken`. */
  readonly enqueue: (notification: LogoutNotification, work: UnitOfWork | undefined) => Promise<void>;
}

interface Ping extends ClientReceiver {
  readonly requestId: string;
}

export interface ClientPingOptions {
  /** Takes the notification, to be sent later by `sendPing`. */
  readonly enqueue: (ping: Ping, work: UnitOfWork | undefined) => Promise<void>;
}

interface ContextAcrOptions {
  /** The `acr` to report for the session of a request. */
  readonly reported: (context: EngineContext) => string | undefined;
}

interface DeviceUserCodeOptions {
  /** Called before a user code is looked up. It throws when there were too many. */
  readonly beforeLookup: (ctx: KoaContextWithOIDC) => Promise<void>;
}

/** Counts a refresh token that is about to be stored. It throws when the account gets too many. */
export type CountRefreshToken = (
  ctx: KoaContextWithOIDC,
  token: { readonly accountId: string | undefined; readonly bytes: number },
) => void;

interface InteractionFindOptions {
  /** Whether the browser that resumes an interaction is the one that answered it. */
  readonly isSameBrowser: (ctx: KoaContextWithOIDC, interaction: Interaction) => boolean;
}

interface PollRateOptions {
  /** Seconds between two polls, to begin with. */
  readonly deviceInterval?: number;
  readonly cibaInterval?: number;
}

interface PushedRequestSaveOptions {
  readonly maxSeconds: number;
}

/** RFC 6749 §4.1.2.1. */
export interface ErrorResponse {
  readonly error: string;
  readonly error_description?: string;
}

/** How a person sends an error response to the client: by a link, or by a form with `fields`. */
export interface WayBack {
  readonly href: string;
  readonly fields?: Readonly<Record<string, string>>;
  /** The HTTP status of the page. */
  readonly status: number;
}

export interface HoldBack {
  /** Whether an error response to this request waits until the person sends it. */
  applies(ctx: KoaContextWithOIDC): Promise<boolean>;
  /** Responds with a page that has the way back. */
  show(ctx: KoaContextWithOIDC, response: ErrorResponse, back: WayBack): void;
}

interface RefreshTokenSaveOptions {
  readonly countToken: CountRefreshToken;
}

interface ResponseModesOptions {
  readonly formPost: ResponseMode;
  readonly holdBack: HoldBack;
}

/** What features pass to the overrides that they name. Two features that pass the same option are refused at start. */
export interface OverrideOptions {
  readonly clientFind?: ClientFindOptions;
  readonly clientLogout?: ClientLogoutOptions;
  readonly clientPing?: ClientPingOptions;
  readonly contextAcr?: ContextAcrOptions;
  readonly deviceUserCode?: DeviceUserCodeOptions;
  readonly interactionFind?: InteractionFindOptions;
  readonly pollRate?: PollRateOptions;
  readonly pushedRequestSave?: PushedRequestSaveOptions;
  readonly refreshTokenSave?: RefreshTokenSaveOptions;
  readonly responseModes?: ResponseModesOptions;
}
