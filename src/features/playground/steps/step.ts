import { routes } from '../../../provider/paths.ts';
import type { PlaygroundCredentials } from '../clients.ts';
import type { Journal } from '../journal.ts';
import type { Exchange, SendRequest } from '../send.ts';
import type { DecodedToken } from '../tokens.ts';
import type { AttackName, NoteName, StepName, TabName } from '../words.ts';

export interface StepContext {
  readonly issuer: string;
  readonly tab: TabName;
  readonly clients: PlaygroundCredentials;
  /** The API of the demo data, if the configuration has it. */
  readonly audience: string | undefined;
  readonly now: () => number;
  readonly send: SendRequest;
}

export type StepAction = (context: StepContext, journal: Journal) => Promise<Journal>;

/** A button of a step beside the one that continues. */
interface Choice {
  readonly name: AttackName;
  readonly when: (journal: Journal) => boolean;
  readonly run: StepAction;
}

/** A wrong request, made on purpose. */
export type Attack = Choice;

/** Begins the tab, or the device flow in it, anew. */
export type Restart = Choice;

/** What a step shows besides its exchanges. */
export type StepOutput =
  | { readonly kind: 'facts'; readonly facts: Readonly<Record<string, unknown>> }
  | { readonly kind: 'go'; readonly href: string; readonly to: 'signIn' | 'approve' }
  | { readonly kind: 'post'; readonly action: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'reading'; readonly reading: DecodedToken }
  | { readonly kind: 'qr'; readonly link: string; readonly code: string }
  | { readonly kind: 'note'; readonly note: NoteName };

export interface Step {
  readonly name: StepName;
  readonly isDone: (journal: Journal) => boolean;
  /** Missing for a step in which the person follows a link and comes back. */
  readonly run?: StepAction;
  readonly attacks?: readonly Attack[];
  readonly restarts?: readonly Restart[];
  readonly outputs?: (journal: Journal, issuer: string) => readonly StepOutput[];
}

export const addExchanges = (journal: Journal, name: string, ...exchanges: readonly Exchange[]): Journal => ({
  ...journal,
  exchanges: { ...journal.exchanges, [name]: exchanges },
});

export const hasExchange =
  (name: string) =>
  ({ exchanges }: Journal): boolean =>
    exchanges[name] !== undefined;

/** The status of the last response, if there was one. */
export const statusOf = ({ exchanges }: Journal, name: string): number | undefined =>
  exchanges[name]?.at(-1)?.answer.status;

const paths = {
  token_endpoint: routes.token,
  userinfo_endpoint: routes.userinfo,
  jwks_uri: routes.jwks,
  introspection_endpoint: routes.introspection,
  revocation_endpoint: routes.revocation,
  authorization_endpoint: routes.authorization,
  device_authorization_endpoint: routes.device_authorization,
  end_session_endpoint: routes.end_session,
} as const;

export type EndpointName = keyof typeof paths;

export const endpointNames = Object.keys(paths);

/** The endpoint that the metadata names. Tabs without the discovery step use the paths of this server. */
export const endpointUrl = (issuer: string, { endpoints }: Journal, name: EndpointName): string =>
  endpoints?.[name] ?? `${issuer}${paths[name]}`;

/** RFC 6749 §2.3.1: both parts are form-encoded first. */
export const basicAuthorization = ({
  id,
  secret,
}: {
  readonly id: string;
  readonly secret: string;
}): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
