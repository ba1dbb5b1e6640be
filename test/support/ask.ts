export type Fields = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

/** What OAuth endpoints answer, so that tests can name it. */
export interface Body {
  readonly error?: string;
  readonly error_description?: string;
  readonly error_uri?: string;
  readonly access_token?: string;
  readonly refresh_token?: string;
  readonly id_token?: string;
  readonly token_type?: string;
  readonly scope?: string;
  readonly expires_in?: number;
  readonly request_uri?: string;
  readonly active?: boolean;
  readonly [name: string]: unknown;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

const read = async (response: Response): Promise<Reply> => {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : { text } };
};

/** A form posted as a client would, or as none should: a list may name a field twice. */
export const ask = async (
  url: string,
  fields: Fields,
  headers: Readonly<Record<string, string>> = {},
): Promise<Reply> => {
  const body = new URLSearchParams();
  for (const [name, value] of Symbol.iterator in fields ? fields : Object.entries(fields))
    body.append(name, value);
  return read(await fetch(url, { method: 'POST', body, headers }));
};

export const look = async (url: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> =>
  read(await fetch(url, { headers, redirect: 'manual' }));
