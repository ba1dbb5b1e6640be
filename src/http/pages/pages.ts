import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { chooseLanguage } from '../../views/languages/choose.ts';
import { languages, messagesFor } from '../../views/languages/index.ts';
import type { AssetName, Page } from '../../views/page.ts';
import { type Allowance, pageHeaders } from '../../views/policy.ts';
import { cookieIn, serializeCookie } from './cookies.ts';

/** What is known of a request whichever door it came through. */
export interface Reader {
  readonly headers: IncomingHttpHeaders;
  /** Path and query. */
  readonly url: string;
  readonly requestId: string;
}

interface Wishes {
  readonly uiLocales?: string;
}

interface Sending extends Allowance {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

export interface Pages {
  page(reader: Reader, wishes?: Wishes): Page;
  pageFor(request: FastifyRequest, wishes?: Wishes): Page;
  /** The headers of a page; with the cookie that remembers a language the reader pressed. */
  headers(reader: Reader, allowance?: Allowance): Readonly<Record<string, string>>;
  send(request: FastifyRequest, reply: FastifyReply, body: string, sending?: Sending): FastifyReply;
}

const languageCookie = 'postern_lang';
const year = 31_536_000;

/** Of any request target, also of one that is no URL. */
const pressed = (url: string): string | undefined => {
  const query = url.indexOf('?');
  return query < 0 ? undefined : (new URLSearchParams(url.slice(query)).get('lang') ?? undefined);
};

export const createPages = (config: Config, asset: (name: AssetName) => string): Pages => {
  const supported = languages.map(({ tag }) => tag).filter((tag) => config.pages.languages.includes(tag));
  const secure = config.issuer.startsWith('https:');
  const { logo } = config.pages;

  const page: Pages['page'] = ({ headers, url, requestId }, { uiLocales } = {}) => ({
    messages: messagesFor(
      chooseLanguage({
        query: pressed(url),
        cookie: cookieIn(headers, languageCookie),
        uiLocales,
        acceptLanguage: headers['accept-language'],
        supported,
        default: config.pages.default_language,
      }),
    ),
    asset,
    requestId,
    brand: config.pages.name,
    ...(logo !== undefined && { logo }),
    languages: supported,
    here: url,
  });

  const headers: Pages['headers'] = ({ url }, allowance = {}) => {
    const tag = pressed(url);
    const known = tag !== undefined && supported.includes(tag);
    return {
      ...pageHeaders({
        ...allowance,
        ...(logo !== undefined && { images: [logo] }),
        ...(allowance.formTargets && {
          formTargets: [...allowance.formTargets, ...config.pages.form_targets],
        }),
      }),
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      ...(known && { 'Set-Cookie': serializeCookie(languageCookie, tag, { maxAge: year, secure }) }),
    };
  };

  const readerOf = (request: FastifyRequest): Reader => ({
    headers: request.raw.headers,
    url: request.raw.url ?? '/',
    requestId: request.id,
  });

  return {
    page,
    headers,
    pageFor: (request, wishes) => page(readerOf(request), wishes),
    send: (request, reply, body, { status = 200, headers: more = {}, ...allowance } = {}) =>
      reply
        .code(status)
        .headers(headers(readerOf(request), allowance))
        .headers(more)
        .send(body),
  };
};
