import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import { chooseLanguage } from '../../views/languages/choose.ts';
import { languages } from '../../views/languages/index.ts';
import { createMessages } from '../../views/languages/own-texts.ts';
import type { AssetName, Page, PageTheme } from '../../views/page.ts';
import { type PolicyOptions, pageHeaders } from '../../views/policy.ts';

/** What a page needs to know of a request, whether Fastify or the engine handles it. */
export interface PageRequest {
  readonly headers: IncomingHttpHeaders;
  /** Path and query. */
  readonly url: string;
  readonly requestId: string;
}

interface PageOptions {
  readonly uiLocales?: string;
}

interface SendOptions extends PolicyOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

export interface Pages {
  page(request: PageRequest, options?: PageOptions): Page;
  pageFor(request: FastifyRequest, options?: PageOptions): Page;
  /** The headers of a page, with a cookie for the language that the person chose by a link. */
  headers(request: PageRequest, policy?: PolicyOptions): Readonly<Record<string, string>>;
  send(request: FastifyRequest, reply: FastifyReply, body: string, options?: SendOptions): FastifyReply;
}

const languageCookie = 'postern_lang';
const year = 31_536_000;

/** It takes any request target, also one that isn't a valid URL. */
const chosenLanguage = (url: string): string | undefined => {
  const query = url.indexOf('?');
  return query < 0 ? undefined : (new URLSearchParams(url.slice(query)).get('lang') ?? undefined);
};

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The operator's style sheet is left out, also of error pages, so that it can't hide what administrators see. */
    readonly withoutCustomStyle?: boolean;
  }
}

interface Dependencies {
  readonly config: Config;
  readonly asset: (name: AssetName) => string;
  /** It changes when an administrator uploads an image. */
  readonly theme: () => PageTheme;
}

export const createPages = ({ config, asset, theme }: Dependencies): Pages => {
  const supported = languages.map(({ tag }) => tag).filter((tag) => config.pages.languages.includes(tag));
  const secure = config.issuer.startsWith('https:');
  const { logo, links } = config.pages;
  const messagesFor = createMessages(config.pages);
  // In development the playground is where people start.
  const home = config.pages.home ?? (config.mode === 'development' ? config.issuer : undefined);

  const page: Pages['page'] = ({ headers, url, requestId }, { uiLocales } = {}) => ({
    messages: messagesFor(
      chooseLanguage({
        query: chosenLanguage(url),
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
    theme: theme(),
    links,
    ...(home !== undefined && { home }),
    languages: supported,
    currentUrl: url,
  });

  const headers: Pages['headers'] = ({ url }, policy = {}) => {
    const tag = chosenLanguage(url);
    const known = tag !== undefined && supported.includes(tag);
    return {
      ...pageHeaders({
        ...policy,
        images: [...(policy.images ?? []), ...(logo === undefined ? [] : [logo])],
        ...(policy.formTargets && {
          formTargets: [...policy.formTargets, ...config.pages.form_targets],
        }),
      }),
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      ...(known && { 'Set-Cookie': serializeCookie(languageCookie, tag, { maxAge: year, secure }) }),
    };
  };

  const pageRequestFrom = (request: FastifyRequest): PageRequest => ({
    headers: request.raw.headers,
    url: request.raw.url ?? '/',
    requestId: request.id,
  });

  return {
    page,
    headers,
    pageFor(request, options) {
      const made = page(pageRequestFrom(request), options);
      if (!request.routeOptions.config.withoutCustomStyle) return made;
      const { customStyleSheet: _, ...rest } = theme();
      return { ...made, theme: rest };
    },
    send: (request, reply, body, { status = 200, headers: extraHeaders = {}, ...policy } = {}) =>
      reply
        .code(status)
        .headers(headers(pageRequestFrom(request), policy))
        .headers(extraHeaders)
        .send(body),
  };
};
