/** A browser without JavaScript: follows redirects by hand, keeps cookies, fills forms. Speaks nothing but HTTP. */
export interface Page {
  readonly status: number;
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

export class Browser {
  readonly #cookies = new Map<string, { value: string; path: string }>();
  readonly #headers: Readonly<Record<string, string>>;

  /** The headers go with every request. */
  constructor(headers: Readonly<Record<string, string>> = {}) {
    this.#headers = headers;
  }

  get cookies(): ReadonlyMap<string, { readonly value: string; readonly path: string }> {
    return this.#cookies;
  }

  /** Sets a cookie, as an attacker who can write cookies for this host would. */
  setCookie(name: string, value: string, path = '/'): void {
    this.#cookies.set(`${name};${path}`, { value, path });
  }

  /** The cookies that go with a request for `path`. */
  cookiesFor(path: string): string {
    return this.#cookiesFor(path);
  }

  /** Sends one request without following redirects. */
  async request(url: string, init: RequestInit = {}): Promise<Page> {
    const headers = new Headers(init.headers);
    for (const [name, value] of Object.entries(this.#headers)) headers.set(name, value);
    if (!headers.has('accept')) headers.set('accept', 'text/html,application/xhtml+xml');
    const cookie = this.#cookiesFor(new URL(url).pathname);
    if (cookie) headers.set('cookie', cookie);
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#storeCookie(line);
    return { status: response.status, url, headers: response.headers, body: await response.text() };
  }

  /** Follows redirects on the same origin; returns the last page, or the redirect to another origin. */
  async open(url: string, init: RequestInit = {}): Promise<Page> {
    let page = await this.request(url, init);
    for (let hops = 0; hops < 10; hops++) {
      const location = page.headers.get('location');
      if (location === null) return page;
      const next = new URL(location, page.url);
      if (next.origin !== new URL(page.url).origin) return page;
      page = await this.request(next.href);
    }
    throw new Error(`too many redirects at ${page.url}`);
  }

  /** Fills the form of a page and presses a button of it. */
  submit(page: Page, fields: Readonly<Record<string, string>>): Promise<Page> {
    const form = formOf(page.body);
    const body = new URLSearchParams({ ...form.hidden, ...fields });
    return this.open(new URL(form.action, page.url).href, {
      method: 'POST',
      body,
      headers: { origin: new URL(page.url).origin },
    });
  }

  #storeCookie(line: string): void {
    const [pair = '', ...attributes] = line.split(/;\s*/);
    const at = pair.indexOf('=');
    const name = pair.slice(0, at);
    const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/';
    const expired = attributes.some(
      (one) => /^expires=Thu, 01 Jan 1970/i.test(one) || /^max-age=0$/i.test(one),
    );
    const key = `${name};${path}`;
    if (expired) this.#cookies.delete(key);
    else this.#cookies.set(key, { value: pair.slice(at + 1), path });
  }

  #cookiesFor(pathname: string): string {
    return [...this.#cookies]
      .filter(
        ([, { path }]) => pathname === path || pathname.startsWith(path.endsWith('/') ? path : `${path}/`),
      )
      .map(([key, { value }]) => `${key.split(';')[0]}=${value}`)
      .join('; ');
  }
}

const textOf = (text: string): string =>
  text
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');

const attribute = (tag: string, name: string): string | undefined => {
  const found = new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  return found === undefined ? undefined : textOf(found);
};

/** Returns the first form of a page: its action, hidden fields and ticked boxes. */
export const formOf = (body: string): { action: string; hidden: Record<string, string> } => {
  const form = /<form\b[^>]*>[\s\S]*?<\/form>/.exec(body)?.[0];
  if (form === undefined) throw new Error(`no form in: ${body.slice(0, 200)}`);
  const hidden: Record<string, string> = {};
  for (const [tag] of form.matchAll(/<input\b[^>]*>/g)) {
    const name = attribute(tag, 'name');
    const ticked = attribute(tag, 'type') === 'checkbox' && /\schecked/.test(tag);
    if (name !== undefined && (attribute(tag, 'type') === 'hidden' || ticked))
      hidden[name] = attribute(tag, 'value') ?? '';
  }
  return { action: attribute(form, 'action') ?? '', hidden };
};
