import { routes } from '../../../provider/paths.ts';
import type { PlaygroundClients } from '../clients.ts';
import type { Journal } from '../journal.ts';
import type { Reading } from '../tokens.ts';
import type { Exchange, Wire } from '../wire.ts';
import type { BreakName, NoteName, StepName, TabName } from '../words.ts';

/** What a step works with. */
export interface Desk {
  readonly issuer: string;
  readonly tab: TabName;
  readonly clients: PlaygroundClients;
  /** The API of the demo, where there is one. */
  readonly audience: string | undefined;
  readonly now: () => number;
  readonly wire: Wire;
}

export type Act = (desk: Desk, journal: Journal) => Promise<Journal>;

/** Something done wrong on purpose. */
export interface Break {
  readonly name: BreakName;
  readonly when: (journal: Journal) => boolean;
  readonly run: Act;
}

/** What a step has to show besides its exchanges. */
export type Exhibit =
  | { readonly kind: 'facts'; readonly facts: Readonly<Record<string, unknown>> }
  | { readonly kind: 'go'; readonly href: string; readonly to: 'signIn' | 'approve' }
  | { readonly kind: 'post'; readonly action: string; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'reading'; readonly reading: Reading }
  | { readonly kind: 'qr'; readonly link: string; readonly code: string }
  | { readonly kind: 'note'; readonly note: NoteName };

export interface Step {
  readonly name: StepName;
  readonly done: (journal: Journal) => boolean;
  /** Absent: the person goes somewhere, and comes back. */
  readonly run?: Act;
  readonly breaks?: readonly Break[];
  readonly shows?: (journal: Journal, issuer: string) => readonly Exhibit[];
}

export const record = (journal: Journal, name: string, ...exchanges: readonly Exchange[]): Journal => ({
  ...journal,
  exchanges: { ...journal.exchanges, [name]: exchanges },
});

export const wasAsked =
  (name: string) =>
  ({ exchanges }: Journal): boolean =>
    exchanges[name] !== undefined;

/** The status of the last answer, where there was one. */
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

/** As discovered; as this server is built, in a tab that begins later. */
export const endpointOf = (issuer: string, { endpoints }: Journal, name: EndpointName): string =>
  endpoints?.[name] ?? `${issuer}${paths[name]}`;

/** RFC 6749 §2.3.1: both parts are encoded as in a form first. */
export const basicOf = ({ id, secret }: { readonly id: string; readonly secret: string }): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
