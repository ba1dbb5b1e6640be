import type { Draft } from '../../store/draft.ts';
import type { Write } from '../../store/port.ts';
import type { Image } from '../images/index.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** The names of RFC 7591 and those of Postern, as the engine's `Client` takes them. validate.ts checks their values. */
export interface ClientMetadata {
  readonly client_id: string;
  readonly client_name?: string;
  readonly application_type?: 'web' | 'native';
  readonly redirect_uris?: readonly string[];
  readonly post_logout_redirect_uris?: readonly string[];
  readonly grant_types?: readonly string[];
  readonly response_types?: readonly string[];
  readonly token_endpoint_auth_method?: string;
  readonly id_token_signed_response_alg?: string;
  readonly scope?: string;
  readonly jwks?: Json;
  readonly jwks_uri?: string;
  /** Postern: the rules that the client has to meet; `default` when absent. */
  readonly profile?: Profile;
  /** Postern: may redeem a code without further proof at the JSON token endpoint. Only operators set it. */
  readonly issuer_tokens?: boolean;
  /** Postern: the single audience of the access tokens of an `issuer_tokens` client. */
  readonly audience?: string;
  /** Postern: an application of the operator, for which no consent is asked. */
  readonly first_party?: boolean;
  /** Postern: `exempt` for a confidential client that can't send PKCE, as in the OpenID Basic certification. */
  readonly pkce?: 'auto' | 'required' | 'exempt';
  readonly [name: string]: Json | undefined;
}

type Profile = 'default' | 'fapi2';
export type ClientType = 'web' | 'spa' | 'native' | 'machine' | 'device' | 'issuer';

/** A secret as operators see it, without its value. Times are in milliseconds since the epoch. */
export interface SecretInfo {
  readonly name: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
}

export interface ClientRecord {
  readonly id: string;
  readonly metadata: ClientMetadata;
  readonly secrets: readonly SecretInfo[];
  readonly from: 'built-in' | 'configuration' | 'store' | 'registration';
  readonly createdAt?: number;
  /** When an operator stopped it. Absent for a client that may be used. */
  readonly stoppedAt?: number;
  /** Another text after every change; absent for clients from the configuration. */
  readonly version?: string;
  readonly demo?: true;
}

/** Conditions on the client at the moment of the change. */
export interface ClientConditions {
  /** Refused with `version_changed` (412) when the client is not as the caller has seen it. */
  readonly ifVersion?: string | undefined;
  /** Throws when the client must not be changed as it is. */
  readonly check?: ((client: ClientRecord) => void) | undefined;
}

export interface NewSecret {
  readonly name: string;
  /** Shown once; only a hash is stored. */
  readonly secret: string;
  readonly expiresAt?: number;
}

export interface NewClient {
  readonly client: ClientRecord;
  readonly secret?: NewSecret;
}

export interface AddClient {
  /** Sets grant types, response types and the authentication method, unless `metadata` sets them. */
  readonly type?: ClientType;
  /** Random when absent. */
  readonly id?: string;
  readonly metadata: Omit<ClientMetadata, 'client_id'>;
  /** A secret that the operator chose, of at least 32 characters. Without it a needed secret is random. */
  readonly secret?: string;
  /** Marks demo data, which production mode refuses. */
  readonly demo?: true;
}

export interface Registration {
  readonly metadata: ClientMetadata;
  /** Stored if the client needs a secret and has none that its authentication method can use. */
  readonly secret?: { readonly value: string; readonly expiresAt?: number };
  /** Committed together with the client. If one of them is refused, nothing is stored and its `Conflict` is thrown. */
  readonly writes?: readonly Write[];
}

interface RegistrationResult {
  /** Whether the given secret was stored. */
  readonly usesSecret: boolean;
}

export interface Clients {
  /**
   * The metadata that the engine's adapter returns for `Client`. A client with hashed secrets gets a random, secret
   * `client_secret`, because the engine requires one and derives symmetric keys from it. Use `verifySecret` to compare.
   */
  find(id: string): ClientMetadata | undefined | Promise<ClientMetadata | undefined>;
  verifySecret(id: string, secret: string): Promise<boolean>;
  /** The secrets of a `client_secret_jwt` client in clear, newest first. Empty for any other client. */
  recoverSecrets(id: string): Promise<readonly string[]>;
  /** The id of a client of the operator that is most like this unknown one, if one is near enough. */
  closestId(id: string): Promise<string | undefined>;
  get(id: string): Promise<ClientRecord | undefined>;
  list(options?: { readonly limit?: number; readonly cursor?: string }): Promise<{
    readonly items: readonly ClientRecord[];
    readonly next?: string;
  }>;
  /** The clients whose name or id begins with the prefix, those of the configuration first. */
  search(
    prefix: string,
    options?: { readonly limit?: number; readonly cursor?: string },
  ): Promise<{ readonly items: readonly ClientRecord[]; readonly next?: string }>;
  /** Makes clients searchable that an earlier release has stored, until it is stopped. */
  indexForSearch(isStopped: () => boolean): Promise<void>;
  add(client: AddClient): Promise<NewClient>;
  draft(client: AddClient): NewClient & { readonly draft: Draft };
  /** Merges the changes; `null` removes a property. */
  update(
    id: string,
    changes: Readonly<Record<string, Json>>,
    options?: ClientConditions,
  ): Promise<ClientRecord>;
  /** Stores the image and makes it the `logo_uri`. Undefined removes both. */
  setLogo(id: string, image: Image | undefined, options?: ClientConditions): Promise<ClientRecord>;
  /**
   * Refuses every request of the client and makes all its tokens inactive, until it is started again. Nothing is removed.
   * False if it was stopped before.
   */
  stop(id: string, options?: Pick<ClientConditions, 'check'>): Promise<boolean>;
  /** Lets a stopped client be used again. False if it wasn't stopped. */
  start(id: string, options?: Pick<ClientConditions, 'check'>): Promise<boolean>;
  /** It makes no round trip: every process knows which clients are stopped. */
  isStopped(id: string): boolean;
  /** Reads which clients are stopped, for a process that doesn't follow it. */
  readStopped(): Promise<void>;
  /** Follows which clients are stopped. The result ends it. */
  followStopped(): Promise<() => Promise<void>>;
  /** `writes` are committed together with the removal. */
  remove(id: string, writes?: readonly Write[], options?: ClientConditions): Promise<void>;
  addSecret(
    id: string,
    options: { readonly name: string; readonly expiresAt?: number } & ClientConditions,
  ): Promise<NewSecret>;
  removeSecret(id: string, name: string, options?: ClientConditions): Promise<void>;
  /** Adds a secret. The former ones expire after `overlapSeconds`. */
  rotateSecret(
    id: string,
    options?: { readonly overlapSeconds?: number } & ClientConditions,
  ): Promise<NewSecret>;
  /** Stores a client that registers itself (RFC 7591). Clients can't set operator metadata. */
  register(registration: Registration): Promise<RegistrationResult>;
  /** Replaces the metadata of a client that registered itself (RFC 7592). Operator metadata stays. */
  updateRegistration(registration: Registration): Promise<RegistrationResult>;
  close(): void;
}
