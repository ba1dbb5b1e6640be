/** Names of parameters and members whose values are credentials or identify a session. */
const names =
  /^(code|access_token|refresh_token|id_token|id_token_hint|device_code|user_code|client_secret|client_assertion|code_verifier|password|token|csrf|xsrf|request_uri|state|nonce|subject_token|authorization_code|auth_req_id|request|login_hint_token|logout_token|registration_access_token)$/;

const short = 6;

/** Collects every secret that passes through `fetch`, in either direction, until `stop`. */
export const watchSecrets = (): {
  readonly seen: ReadonlySet<string>;
  add(...secrets: string[]): void;
  stop(): void;
} => {
  const seen = new Set<string>();
  const add = (...secrets: string[]): void => {
    for (const secret of secrets) if (secret.length > short) seen.add(secret);
  };
  const take = (name: string, value: unknown): void => {
    if (typeof value === 'string' && names.test(name)) add(value);
  };
  const takeFrom = (parameters: Iterable<readonly [string, unknown]>): void => {
    for (const [name, value] of parameters) take(name, value);
  };
  const takeAuthorization = (text: string): void => {
    const [scheme = '', value = ''] = text.split(' ');
    add(value);
    if (scheme.toLowerCase() === 'basic') add(Buffer.from(value, 'base64').toString().split(':')[1] ?? '');
  };

  const real = globalThis.fetch;
  globalThis.fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    takeFrom(url.searchParams);
    const headers = new Headers(init.headers);
    takeAuthorization(headers.get('authorization') ?? '');
    add(headers.get('dpop') ?? '');
    for (const pair of (headers.get('cookie') ?? '').split('; ')) add(pair.slice(pair.indexOf('=') + 1));
    if (init.body instanceof URLSearchParams) takeFrom(init.body);
    if (typeof init.body === 'string' && init.body.startsWith('{'))
      takeFrom(Object.entries(JSON.parse(init.body)));
    const response = await real(input, init);
    for (const cookie of response.headers.getSetCookie())
      add(cookie.slice(cookie.indexOf('=') + 1).split(';')[0] ?? '');
    const location = response.headers.get('location');
    if (location) takeFrom(new URL(location, url).searchParams);
    const text = await response.clone().text();
    if (response.headers.get('content-type')?.includes('json'))
      takeFrom(Object.entries(Object(JSON.parse(text))));
    for (const [, name, value] of text.matchAll(/<input\b[^>]*\sname="(\w+)"[^>]*\svalue="([^"]+)"/g))
      take(name ?? '', value);
    return response;
  };
  return {
    seen,
    add,
    stop() {
      globalThis.fetch = real;
    },
  };
};
