/** One change of a source file that at least one of the tests must notice. */
export interface Mutation {
  readonly name: string;
  readonly file: string;
  /** The text to replace, which must be in the file exactly once. */
  readonly from: string;
  readonly to: string;
  /** Test files under `test/`, the fastest first. */
  readonly tests: readonly string[];
}

const store: readonly Mutation[] = [
  {
    name: 'a refused request commits everything',
    file: 'src/store/unit-of-work.ts',
    from: 'refused ? survivors(this.#staged) : this.#staged;',
    to: 'this.#staged;',
    tests: ['store/unit-of-work.test.ts'],
  },
  {
    name: 'a batch that is already done drops only one of its writes',
    file: 'src/store/staged-writes.ts',
    from: 'other !== loser && (batch === undefined || other.options.batch !== batch)',
    to: 'other !== loser',
    tests: ['store/unit-of-work.test.ts'],
  },
  {
    name: 'a lost race drops what survives a refusal',
    file: 'src/store/staged-writes.ts',
    from: '[...survivors(remaining), ...consequences(outcome.writes)]',
    to: 'consequences(outcome.writes)',
    tests: ['store/unit-of-work.test.ts'],
  },
  {
    name: 'SQLite consumes a document twice',
    file: 'adapters/embedded/write.ts',
    from: 'AND nonce IS NULL AND',
    to: 'AND',
    tests: ['adapters/embedded.test.ts'],
  },
  {
    name: 'SQLite inserts over a live document',
    file: 'adapters/embedded/write.ts',
    from: "if (isLive(former, now)) throw new Conflict(write.key, 'exists');",
    to: '',
    tests: ['adapters/embedded.test.ts'],
  },
  {
    name: 'Redis consumes a document twice',
    file: 'adapters/redis/scripts/commit.lua',
    from: 'if doc.consumed then\n          if not order',
    to: 'if false then\n          if not order',
    tests: ['adapters/redis.test.ts'],
  },
  {
    name: 'Redis applies a commit that arrives too late',
    file: 'adapters/redis/scripts/commit.lua',
    from: "> tonumber(ARGV[3]) then return 'late' end",
    to: "> math.huge then return 'late' end",
    tests: ['adapters/redis-outages.test.ts'],
  },
];

const grants: readonly Mutation[] = [
  {
    name: 'saving a grant or device code creates it again',
    file: 'src/provider/storage/model-adapter.ts',
    from: "op: 'merge', key, body, expiresAt, ifAbsent: 'skip'",
    to: "op: 'put', key, body, expiresAt",
    tests: ['provider/storage.test.ts'],
  },
  {
    name: 'of two consents of one session one is lost',
    file: 'src/provider/storage/grant-adapter.ts',
    from: 'mergeGrants(base, upsert.payload, decodePayload(current.body))',
    to: 'upsert.payload',
    tests: ['provider/storage.test.ts'],
  },
  {
    name: 'a token loses fields that its grant has with another value',
    file: 'src/provider/storage/grant-fields.ts',
    from: 'return same ? own : payload;',
    to: 'return same || own ? own : payload;',
    tests: ['provider/payload.test.ts'],
  },
  {
    name: 'an interaction is resumed twice',
    file: 'src/provider/storage/interaction-adapter.ts',
    from: 'document.consumption ? undefined : super.decode(document, id)',
    to: 'super.decode(document, id)',
    tests: ['pages/sign-in.test.ts', 'pages/changes-meanwhile.test.ts'],
  },
  {
    name: 'an id of the same family reads the grant',
    file: 'src/provider/storage/model-adapter.ts',
    from: "if (this.#model === 'Grant' && payload.jti !== withoutFamily(id)) return undefined;",
    to: '',
    tests: ['provider/storage.test.ts'],
  },
  {
    name: 'a replay that loses the race keeps the grant',
    file: 'src/provider/storage/on-second-use.ts',
    from: "writes: [{ op: 'remove', key: grantKey(id) } as const],",
    to: 'writes: [],',
    tests: ['provider/storage.test.ts'],
  },
  {
    name: 'the reuse window of refresh tokens never ends',
    file: 'src/provider/storage/refresh-retry.ts',
    from: 'if (clock.now() - at >= reuseWindow * 1000) return false;',
    to: '',
    tests: ['store/refresh.test.ts'],
  },
  {
    name: 'a refresh token whose successor was used counts as a retry',
    file: 'src/provider/storage/refresh-retry.ts',
    from: '(await work.read(successor))?.consumption === undefined',
    to: '(await work.read(successor)) !== undefined',
    tests: ['store/refresh.test.ts', 'security/refresh-reuse.test.ts'],
  },
  {
    name: 'replay marks have no grace for clocks that are ahead',
    file: 'src/provider/overrides/replay-detection.ts',
    from: 'proof: 61',
    to: 'proof: 0',
    tests: ['protocol/dpop.test.ts'],
  },
  {
    name: 'a replay mark is dropped with the refused request',
    file: 'src/provider/overrides/replay-detection.ts',
    from: '{ commitOnRefusal: true, onConflict',
    to: '{ onConflict',
    tests: ['protocol/dpop.test.ts', 'protocol/client-authentication.test.ts'],
  },
  {
    name: 'a refused device request stays pending',
    file: 'src/provider/storage/decision-adapter.ts',
    from: ', ...(isDenied && { commitOnRefusal: true })',
    to: '',
    tests: ['protocol/device.test.ts'],
  },
  {
    name: 'the last of two decisions counts',
    file: 'src/provider/storage/decision-adapter.ts',
    from: "op: 'insert', key: mark",
    to: "op: 'put', key: mark",
    tests: ['protocol/device.test.ts', 'protocol/ciba.test.ts'],
  },
  {
    name: 'a refused code exchange consumes the code',
    file: 'src/provider/commit.ts',
    from: "refused: outcome === 'refused'",
    to: 'refused: false',
    tests: ['store/refresh.test.ts'],
  },
  {
    name: 'what a refusal is depends on the status of the response',
    file: 'src/provider/engine-events.ts',
    from: "if (outcome) return outcome.type === undefined || outcome.type === 'fault' ? 'failed' : 'refused';",
    to: '',
    tests: ['protocol/refusals.test.ts'],
  },
  {
    name: 'a refused request changes the session cookie',
    file: 'src/provider/commit.ts',
    from: "if (outcomeOf(ctx) !== 'succeeded') keepFormerSessionCookie(provider, ctx, work);",
    to: '',
    tests: ['pages/changes-meanwhile.test.ts'],
  },
  {
    name: 'a first-party grant is given to every client',
    file: 'src/features/consent/load-grant.ts',
    from: "client['first_party'] === true;",
    to: "client['first_party'] !== undefined || true;",
    tests: ['pages/consent.test.ts'],
  },
  {
    name: 'authorizations at the same time make a grant each',
    file: 'src/provider/session-grant.ts',
    from: 'accountId: session.accountId, clientId, jti }',
    to: "accountId: session.accountId, clientId, ...(jti === '' && { jti }) }",
    tests: ['store/first-authorizations.test.ts'],
  },
  {
    name: 'a revoked grant is made again',
    file: 'src/provider/storage/session-ids.ts',
    from: 'accountId, clientId, former]',
    to: 'accountId, clientId, typeof former]',
    tests: ['store/first-authorizations.test.ts'],
  },
  {
    name: 'a consent survives a change of what was shown',
    file: 'src/features/consent/appearance.ts',
    from: "client['from_registration'] !== true",
    to: "client['from_registration'] !== 'true'",
    tests: ['pages/consent-of-changed-clients.test.ts'],
  },
  {
    name: 'an error redirects to a self-registered client before sign-in',
    file: 'src/features/authorization-responses/held-back-errors.ts',
    from: 'accounts)) === undefined',
    to: 'accounts)) === null',
    tests: ['security/unverified-clients.test.ts'],
  },
];

const people: readonly Mutation[] = [
  {
    name: 'a planted session cookie survives the sign-in',
    file: 'src/provider/storage/session.ts',
    from: "if (!sameAccount || (until !== '' && Number(until) <= now)) changed[name] = null;",
    to: "if (until !== '' && Number(until) <= now) changed[name] = null;",
    tests: ['pages/sign-in.test.ts'],
  },
  {
    name: 'a sign-in can be finished in another browser',
    file: 'src/http/interactions/same-browser.ts',
    from: 'return verifyMac(cookie, macSubject(interaction), cookieKeys());',
    to: 'return macSubject(interaction).length > 0 && cookie !== null;',
    tests: ['pages/sign-in.test.ts'],
  },
  {
    name: 'a form MAC verifies for any subject of its purpose',
    file: 'src/form-mac.ts',
    from: "createHmac('sha256', key).update(JSON.stringify(subject))",
    to: "createHmac('sha256', key).update(subject[0])",
    tests: ['pages/sign-in.test.ts', 'security/browsers.test.ts'],
  },
  {
    name: 'the typed user name is not shown again',
    file: 'src/features/sign-in/login-views.ts',
    from: 'sessionAccount?.username ?? typed.login ?? loginHintOf(visit)',
    to: 'sessionAccount?.username ?? loginHintOf(visit)',
    tests: ['pages/sign-in.test.ts'],
  },
  {
    name: 'attempts of a known device or address are not delayed',
    file: 'src/services/throttle/known-attempts.ts',
    from: 'if (delay === 0) return allow(attempt);',
    to: 'return allow(attempt);',
    tests: ['services/throttle.test.ts'],
  },
  {
    name: 'attempts of a stranger are not delayed',
    file: 'src/services/throttle/stranger-attempts.ts',
    from: 'if (delay > 0) {',
    to: 'if (delay > 60_000) {',
    tests: ['services/throttle.test.ts'],
  },
  {
    name: 'an address has attempts without limit',
    file: 'src/services/throttle/count.ts',
    from: 'if (ofNetwork > perMinute) return false;',
    to: '',
    tests: ['services/throttle.test.ts'],
  },
  {
    name: 'strangers to an account reserve retries without limit',
    file: 'src/services/throttle/stranger-attempts.ts',
    from: '&& reservable && (await take(reservable))',
    to: '&& reservable',
    tests: ['services/throttle.test.ts'],
  },
  {
    name: 'a reserved turn stays valid after another failure',
    file: 'src/services/throttle/stranger-attempts.ts',
    from: 'afterFailures === undefined || afterFailures === failures',
    to: 'true',
    tests: ['services/throttle.test.ts'],
  },
  {
    name: 'a site is a newcomer with each failure',
    file: 'src/services/throttle/failure-record.ts',
    from: '(isNewcomer(record, site) ? 1 : 0)',
    to: '1',
    tests: ['services/throttle.test.ts'],
  },
  {
    name: 'a known device never becomes a stranger',
    file: 'src/services/throttle/known-origin.ts',
    from: ' && failures < maxFailures',
    to: '',
    tests: ['services/throttle.test.ts'],
  },
];

const clients: readonly Mutation[] = [
  {
    name: 'PKCE is optional',
    file: 'src/provider/settings/pkce.ts',
    from: "policy === 'exempt' || (policy === 'auto' && hasNonce(ctx))",
    to: "policy === 'exempt' || policy === 'auto'",
    tests: ['protocol/pkce.test.ts'],
  },
  {
    name: 'a redirect URI may have a fragment',
    file: 'src/services/clients/redirect-uri.ts',
    from: "if (text.includes('#')) return",
    to: "if (text.startsWith('#')) return",
    tests: ['services/clients.test.ts'],
  },
  {
    name: 'an assertion for another audience is accepted',
    file: 'src/features/client-authentication/assertion.ts',
    from: 'if (aud === ctx.oidc.issuer) return;',
    to: 'if ([aud].flat().includes(ctx.oidc.issuer)) return;',
    tests: ['protocol/client-authentication.test.ts'],
  },
  {
    name: 'a client gets API scopes that it is not registered for',
    file: 'src/provider/settings/client-scopes.ts',
    from: "if (typeof scope !== 'string') return scopes;",
    to: "if (typeof scope === 'string') return scopes;",
    tests: ['protocol/client-scope.test.ts'],
  },
  {
    name: 'a code with a challenge is redeemed without the verifier',
    file: 'src/features/json-tokens/complete-request.ts',
    from: "client?.['issuer_tokens'] === true && code.codeChallenge === undefined;",
    to: "client?.['issuer_tokens'] === true;",
    tests: ['json-tokens/json-tokens.test.ts'],
  },
  {
    name: 'the header of a JWT chooses the algorithm',
    file: 'src/provider/access-token-verifier.ts',
    from: "head['alg'] !== verificationKey.alg || ",
    to: '',
    tests: ['provider/access-token-verifier.test.ts', 'security/jwt-confusion.test.ts'],
  },
  {
    name: 'a JWT is accepted after its expiry',
    file: 'src/provider/access-token-verifier.ts',
    from: ' || exp <= now',
    to: '',
    tests: ['provider/access-token-verifier.test.ts'],
  },
  {
    name: 'a revoked JWT is accepted',
    file: 'src/provider/jwt-access-tokens.ts',
    from: 'if (await work.read(key, isOwn ? [] : [grantKey(jti)])) return undefined;',
    to: 'await work.read(key, isOwn ? [] : [grantKey(jti)]);',
    tests: ['protocol/token-status.test.ts'],
  },
];

const network: readonly Mutation[] = [
  {
    name: 'cloud metadata addresses may be fetched',
    file: 'src/provider/networks.ts',
    from: 'if (is(linkLocalAndMetadata)) return is(listedAddresses);',
    to: '',
    tests: ['provider/networks.test.ts'],
  },
  {
    name: 'a path parameter may be empty',
    file: 'src/http/canonical-path.ts',
    from: "(pathSegments[at] ?? '') !== ''",
    to: 'pathSegments[at] !== undefined',
    tests: ['security/paths.test.ts'],
  },
  {
    name: 'a second Host header is ignored',
    file: 'src/http/duplicate-headers.ts',
    from: 'if (seen.has(name)) return name;',
    to: '',
    tests: ['security/raw-http.test.ts', 'security/hosts.test.ts'],
  },
  {
    name: 'any host is answered',
    file: 'src/http/hosts.ts',
    from: 'if (known.has(host) || allowAnyHost',
    to: 'if (known.size > 0 || allowAnyHost',
    tests: ['security/hosts.test.ts'],
  },
  {
    name: 'a registration may name a member twice',
    file: 'src/http/strict-json.ts',
    from: 'if (names.has(pending)) return pending;',
    to: '',
    tests: ['protocol/registration.test.ts'],
  },
  {
    name: 'a JSON token request may name a member twice',
    file: 'src/features/json-tokens/parse-request.ts',
    from: 'if (found.has(name)) return refuse',
    to: 'if (name === undefined) return refuse',
    tests: ['json-tokens/json-tokens.test.ts'],
  },
  {
    name: 'an encrypted text of another key counts as damaged',
    file: 'src/services/keys/secret-cipher.ts',
    from: 'if (mark !== keyMark) throw new WrongKey();',
    to: '',
    tests: ['services/keys.test.ts'],
  },
  {
    name: 'a limit is counted by each process alone',
    file: 'src/services/rate-limits/counter.ts',
    from: 'count.reported = Math.max(count.reported, (sums[at] ?? 0) * reportSize);',
    to: 'count.reported = Math.max(count.reported, reportSize);',
    tests: ['security/limits.test.ts'],
  },
];

export const mutations: readonly Mutation[] = [...store, ...grants, ...people, ...clients, ...network];
