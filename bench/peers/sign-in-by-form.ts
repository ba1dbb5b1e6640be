/** A browser that sends the one form of a sign-in page and follows redirects to the application. */

interface SignIn {
  readonly origin: string;
  /** Path and query of the authorization request. */
  readonly authorize: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Returns the `Cookie` header that the browser has afterwards. */
export const signInByForm = async ({ origin, authorize, fields }: SignIn): Promise<string> => {
  const jar = new Map<string, string>();
  const send = async (url: URL, form?: URLSearchParams): Promise<Response> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: {
        accept: 'text/html',
        cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; '),
      },
      ...(form && { method: 'POST', body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', ...value] = (line.split(';')[0] ?? '').split('=');
      if (value.join('=') === '') jar.delete(name);
      else jar.set(name, value.join('='));
    }
    return response;
  };

  const page = await send(new URL(authorize, origin));
  const html = await page.text();
  const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
  if (action === undefined) throw new Error(`there is no form at ${authorize}: ${html.slice(0, 500)}`);
  const answer = await send(new URL(action, origin), new URLSearchParams(fields));
  const location = answer.headers.get('location') ?? '';
  if (!/[?&]code=/.test(location))
    throw new Error(
      `the sign-in gave no code: ${answer.status} ${location} ${(await answer.text()).slice(0, 500)}`,
    );
  return [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
};
