import type { Write } from '#src/store/port.ts';

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** RFC 7591 names plus ours, as the engine's `Client` takes them; which values are allowed is `validate.ts`'s business. */
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
  /** Ours: the rules this client must meet; `default` when absent. */
  readonly profile?: Profile;
  /** Ours: may redeem codes at the JSON door on the code alone. Only an operator sets it. */
  readonly issuer_tokens?: boolean;
  /** Ours: the one audience of the access tokens of an `issuer_tokens` client. */
  readonly audience?: string;
  /** Ours: the operator's own application, whose consent is not asked for. */
  readonly first_party?: boolean;
  /** Ours: `exempt` for a confidential client that OpenID basic certification drives without PKCE. */
  readonly pkce?: 'required' | 'exempt';
  readonly [name: string]: Json | undefined;
}

type Profile = 'default' | 'fapi2';
export type ClientType = 'web' | 'spa' | 'native' | 'machine' | 'device' | 'issuer';

/** A secret as an operator sees it: never its value. Times in milliseconds since the epoch. */
export interface SecretInfo {
  readonly name: string;
  readonly createdAt: number;
  readonly expiresAt?: number;
}

export interface ClientRecord {
  readonly id: string;
  readonly metadata: ClientMetadata;
  readonly secrets: readonly SecretInfo[];
  readonly from: 'configuration' | 'store' | 'registration';
  readonly createdAt?: number;
  readonly demo?: true;
}

export interface NewSecret {
  readonly name: string;
  /** Shown once, kept nowhere in clear. */
  readonly secret: string;
  readonly expiresAt?: number;
}

export interface NewClient {
  readonly client: ClientRecord;
  readonly secret?: NewSecret;
}

/** Not kept yet: `writes` go into one commit with others, and `kept` tells of it afterwards. */
interface ClientDraft extends NewClient {
  readonly writes: readonly Write[];
  afterCommit(): Promise<void>;
}

export interface AddClient {
  /** Brings grants, response types and the authentication method; what `metadata` says wins where a rule allows it. */
  readonly type?: ClientType;
  /** Random when absent. */
  readonly id?: string;
  readonly metadata: Omit<ClientMetadata, 'client_id'>;
  /** The operator's own choice (32 characters at least); random when absent and one is needed. */
  readonly secret?: string;
  /** Marks demo data, which production refuses. */
  readonly demo?: true;
}

/** Encrypts what must be readable again: AES-256-GCM with the installation's key, bound to the place it belongs to. */
export interface SecretCipher {
  encrypt(text: string, context: string): string;
  decrypt(encrypted: string, context: string): string;
}

export interface Clients {
  /**
   * What the engine's adapter answers for `Client`. Clients with hashed secrets carry a random `client_secret` that
   * nobody knows: the engine wants one, and derives symmetric keys from it. Compare with `verifySecret` instead.
   */
  find(id: string): Promise<ClientMetadata | undefined>;
  verifySecret(id: string, secret: string): Promise<boolean>;
  /** The secrets of a `client_secret_jwt` client in clear, newest first; none for any other. */
  recoverSecrets(id: string): Promise<readonly string[]>;
  get(id: string): Promise<ClientRecord | undefined>;
  list(options?: { readonly limit?: number; readonly cursor?: string }): Promise<{
    readonly items: readonly ClientRecord[];
    readonly next?: string;
  }>;
  add(client: AddClient): Promise<NewClient>;
  draft(client: AddClient): ClientDraft;
  /** Merges; `null` removes a property. */
  update(id: string, changes: Readonly<Record<string, Json>>): Promise<ClientRecord>;
  remove(id: string): Promise<void>;
  addSecret(id: string, options: { readonly name: string; readonly expiresAt?: number }): Promise<NewSecret>;
  removeSecret(id: string, name: string): Promise<void>;
  /** A new secret; the ones before it end after `overlapSeconds`. */
  rotateSecret(id: string, options?: { readonly overlapSeconds?: number }): Promise<NewSecret>;
  /** What dynamic registration (RFC 7591, RFC 7592) made or changed; the marks only an operator may set are refused. */
  register(metadata: ClientMetadata): Promise<void>;
  close(): void;
}
