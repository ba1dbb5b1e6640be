import { type Html, html } from './html.ts';
import { languages } from './languages/index.ts';
import { webUrl, withLanguage } from './links.ts';
import { logo } from './logo.ts';
import type { Page, PageContent } from './page.ts';
import { labelledLinks } from './site-links.ts';

/** The frame of every page. It has no inline script or style and one `h1`, and needs no JavaScript. */
export const layout = (page: Page, content: PageContent): string => {
  const { layout: text, tag, dir } = page.messages;
  const title = content.invalid ? `${text.errorPrefix} ${content.title}` : content.title;
  return html`<!doctype html>
<html lang="${tag}" dir="${dir}">
<head>
  <meta charset="utf-8">
  <title>${title} · ${page.brand}</title>
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="robots" content="noindex">
  ${refreshTag(content.refresh)}
  ${icon(page)}
  <link rel="stylesheet" href="${page.asset('pico.css')}">
  <link rel="stylesheet" href="${page.asset('postern.css')}">
  ${content.styles?.map((name) => html`<link rel="stylesheet" href="${page.asset(name)}">`)}
  ${page.theme?.styleSheet !== undefined && html`<link rel="stylesheet" href="${page.theme.styleSheet}">`}
  ${customStyle(page)}
  <script src="${page.asset('postern.js')}" defer></script>
  ${content.scripts?.map((name) => html`<script src="${page.asset(name)}" defer></script>`)}
</head>
<body>
  <a class="skip-link" href="#main">${text.skip}</a>
  <header class="site-header">
    <p class="brand">${brandMark(page)}<span>${page.brand}</span></p>
  </header>
  ${content.menu ? html`<div class="with-menu${content.wide ? ' with-menu-wide' : ''}">${content.menu}${mainOf(content)}</div>` : mainOf(content)}
  <footer class="site-footer">
    ${languageLinks(page)}
    ${siteLinks(page)}
    ${!content.showsRequestId && html`<p class="request-id">${text.requestId} <code>${page.requestId}</code></p>`}
  </footer>
</body>
</html>
`.toString();
};

const mainOf = ({
  title,
  body,
  wide,
}: PageContent): Html => html`<main id="main" tabindex="-1" class="sheet${wide ? ' sheet-wide' : ''}">
    <h1>${title}</h1>
    ${body}
    <p class="visually-hidden" role="status" data-status></p>
  </main>`;

/** Without a delay it replaces the page in the history, and works where scripts are off. */
const refreshTag = (url: string | undefined): Html | undefined =>
  url === undefined ? undefined : html`<meta http-equiv="refresh" content="${`0; url=${url}`}">`;

const icon = ({ theme, asset }: Page): Html => {
  const { path, type } = theme?.favicon ?? { path: asset('icon.svg'), type: 'image/svg+xml' };
  return html`<link rel="icon" type="${type}" href="${path}">`;
};

const customStyle = ({ theme }: Page): Html | undefined =>
  theme?.customStyleSheet === undefined
    ? undefined
    : html`<link rel="stylesheet" href="${theme.customStyleSheet}">`;

const brandMark = ({ theme, logo: url }: Page): Html => {
  if (theme?.logo !== undefined) return themeLogo(theme.logo, theme.logoDark);
  const image = webUrl(url);
  return image === undefined
    ? logo
    : html`<img class="mark" src="${image}" alt="" referrerpolicy="no-referrer">`;
};

const themeLogo = (path: string, pathInDark: string | undefined): Html => {
  const image = html`<img class="mark" src="${path}" alt="">`;
  return pathInDark === undefined
    ? image
    : html`<picture><source srcset="${pathInDark}" media="(prefers-color-scheme: dark)">${image}</picture>`;
};

const siteLinks = ({ links, messages }: Page): Html | undefined => {
  const labelled = labelledLinks(links, messages);
  if (labelled.length === 0) return undefined;
  return html`<nav class="site-links" aria-label="${messages.layout.links.label}">
      <ul>${labelled.map(([label, href]) => html`<li><a href="${href}">${label}</a></li>`)}</ul>
    </nav>`;
};

const languageLinks = ({ currentUrl, messages, languages: offered }: Page): Html | undefined => {
  if (currentUrl === undefined || offered.length < 2) return undefined;
  return html`<nav class="languages" aria-label="${messages.layout.language}">
      <ul>${languages
        .filter(({ tag }) => offered.includes(tag))
        .map(({ tag, name, dir }) =>
          tag === messages.tag
            ? html`<li lang="${tag}" dir="${dir}" aria-current="true">${name}</li>`
            : html`<li><a href="${withLanguage(currentUrl, tag)}" hreflang="${tag}" lang="${tag}" dir="${dir}">${name}</a></li>`,
        )}</ul>
    </nav>`;
};
