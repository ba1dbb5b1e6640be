export type FormFields = Readonly<Record<string, string>> | readonly (readonly [string, string])[];

/** The members of OAuth responses that tests read. */
export interface ResponseBody {
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

export interface HttpResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly body: ResponseBody;
}

/** Reads a response whose body is JSON or text. */
export const readResponse = async (response: Response): Promise<HttpResponse> => {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : { text } };
};

/** Posts a form; a list of fields may repeat a name, as an invalid client would. */
export const postForm = async (
  url: string,
  fields: FormFields,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpResponse> => {
  const body = new URLSearchParams();
  for (const [name, value] of Symbol.iterator in fields ? fields : Object.entries(fields))
    body.append(name, value);
  return readResponse(await fetch(url, { method: 'POST', body, headers }));
};

export const httpGet = async (
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpResponse> => readResponse(await fetch(url, { headers, redirect: 'manual' }));
