/** A browser that signs in over HTTP, through the pages that the server shows. */

interface Cookie {
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

const cookiesIn = (response: Response): Cookie[] =>
  response.headers.getSetCookie().map((line) => {
    const [pair = '', ...attributes] = line.split(/; ?/);
    const separator = pair.indexOf('=');
    const path = attributes.find((attribute) => attribute.toLowerCase().startsWith('path='));
    return {
      name: pair.slice(0, separator),
      value: pair.slice(separator + 1),
      path: path?.slice('path='.length) ?? '/',
    };
  });

const headerOf = (cookies: Iterable<Cookie>): string =>
  [...cookies].map(({ name, value }) => `${name}=${value}`).join('; ');

const findIn = (html: string, pattern: RegExp): string => {
  const value = pattern.exec(html)?.[1];
  if (value === undefined) throw new Error(`the login page lacks ${pattern}: ${html.slice(0, 500)}`);
  return value.replaceAll('&amp;', '&');
};

interface SignIn {
  readonly origin: string;
  /** Path and query of an authorization request that needs no consent. */
  readonly authorize: string;
  readonly username: string;
  readonly password: string;
}

/** Signs in and returns the `Cookie` header that later authorization requests of this browser carry. */
export const signIn = async ({ origin, authorize, username, password }: SignIn): Promise<string> => {
  const jar = new Map<string, Cookie>();
  const send = async (path: string, form?: Readonly<Record<string, string>>) => {
    const response = await fetch(new URL(path, origin), {
      redirect: 'manual',
      headers: { accept: 'text/html', cookie: headerOf(jar.values()), ...(form && { origin }) },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    for (const cookie of cookiesIn(response)) jar.set(cookie.name, cookie);
    const html = await response.text();
    return { html, location: response.headers.get('location') ?? '' };
  };

  const { location: loginUrl } = await send(authorize);
  const { html } = await send(loginUrl);
  const submitted = await send(findIn(html, /<form[^>]* action="([^"]+)"/), {
    csrf: findIn(html, /name="csrf" value="([^"]+)"/),
    login: username,
    password,
  });
  const { location, html: answer } = await send(submitted.location);
  if (!location.includes('code='))
    throw new Error(`the sign-in of ${username} gave no code: ${answer.slice(0, 500)}`);
  return headerOf([...jar.values()].filter(({ path, value }) => path === '/' && value !== ''));
};
