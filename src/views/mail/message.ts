import { type Html, html } from '../html.ts';
import type { Messages } from '../languages/messages.ts';
import { imageUrl } from '../links.ts';
import { type LabelledLinks, labelledLinks, type SiteLinks } from '../site-links.ts';
import { defaultAccent } from '../theme/palette.ts';

/** What every message needs besides its own model. */
export interface MailContext {
  readonly messages: Messages;
  /** The operator's name for this service. */
  readonly brand: string;
  /** The operator's logo. */
  readonly logo?: string | undefined;
  /** The operator's color for buttons and links, which was checked in light mode. */
  readonly accent?: string | undefined;
  readonly links?: SiteLinks;
  /** The host of the issuer. */
  readonly host: string;
}

export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'note'; readonly text: string }
  /** The label is a verb. The address is shown as well, for readers of plain text. */
  | { readonly kind: 'button'; readonly label: string; readonly href: string }
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'facts'; readonly facts: readonly (readonly [label: string, value: string])[] };

interface MailContent {
  readonly subject: string;
  readonly blocks: readonly Block[];
}

export const text = (content: string): Block => ({ kind: 'text', text: content });
export const note = (content: string): Block => ({ kind: 'note', text: content });

const maxNameLength = 64;

/** The one text in a message that a person chose: on one line, without invisible characters, and short. */
export const shownName = (name: string): string => {
  const letters = [...name.replaceAll(/[\p{C}\p{Z}]+/gu, ' ').trim()];
  return letters.length > maxNameLength ? `${letters.slice(0, maxNameLength).join('')}…` : letters.join('');
};

/** The text and the HTML of a message come from the same blocks, so that they say the same. */
export const renderMail = (context: MailContext, { subject, blocks }: MailContent): RenderedMail => {
  const { messages, brand, host } = context;
  const footer = messages.mail.footer(brand, host);
  const links = labelledLinks(context.links, messages);
  const footerLines = [footer, ...links.map(([label, href]) => `${label}: ${href}`)];
  return {
    subject,
    text: `${[...blocks.map(textOf), `-- \n${footerLines.join('\n')}`].join('\n\n')}\n`,
    html: htmlOf(context, subject, blocks, { footer, links }),
  };
};

const textOf = (block: Block): string => {
  switch (block.kind) {
    case 'text':
    case 'note':
      return block.text;
    case 'button':
      return `${block.label}:\n${block.href}`;
    case 'code':
      return `    ${block.code}`;
    case 'facts':
      return block.facts.map(([label, value]) => `${label}: ${value}`).join('\n');
  }
};

/** Mail readers drop style sheets, so every element has its style. The colors are those of the pages in light mode. */
const font = 'font-family:system-ui,-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif';
const paragraph = `margin:0 0 16px;${font};font-size:16px;line-height:24px;color:#1c2422;overflow-wrap:anywhere`;
const small = `margin:0 0 12px;${font};font-size:14px;line-height:21px;color:#57625f;overflow-wrap:anywhere`;

const htmlOf = (
  { messages, brand, logo, accent = defaultAccent }: MailContext,
  subject: string,
  blocks: readonly Block[],
  { footer, links }: { readonly footer: string; readonly links: LabelledLinks },
): string => {
  const image = imageUrl(logo);
  return html`<!doctype html>
<html lang="${messages.tag}" dir="${messages.dir}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light">
  <title>${subject}</title>
</head>
<body style="margin:0;padding:24px 12px;background:#f4f2ec">
  <div lang="${messages.tag}" dir="${messages.dir}" style="max-width:560px;margin:0 auto">
    <header><p style="margin:0 0 16px;${font};font-size:18px;font-weight:600;color:#1c2422">${
      image !== undefined &&
      html`<img src="${image}" alt="" height="32" style="width:auto;max-width:192px;vertical-align:middle;margin-right:8px">`
    }${brand}</p></header>
    <main style="padding:24px;background:#fffefc;border:1px solid #dfdace;border-radius:10px">
      <h1 style="margin:0 0 16px;${font};font-size:22px;line-height:30px;color:#1c2422">${subject}</h1>
      ${blocks.map((block) => elementOf(messages, block, accent))}
    </main>
    <footer><p style="margin:16px 0 0;${font};font-size:13px;line-height:20px;color:#57625f">${footer}</p>${links.length > 0 && linkLine(links, accent)}</footer>
  </div>
</body>
</html>
`.toString();
};

const linkLine = (links: LabelledLinks, accent: string): Html =>
  html`<p style="margin:8px 0 0;${font};font-size:13px;line-height:20px;color:#57625f">${links.map(
    ([label, href], index) =>
      html`${index > 0 && ' · '}<a href="${href}" style="color:${accent}">${label}</a>`,
  )}</p>`;

const elementOf = (messages: Messages, block: Block, accent: string): Html => {
  switch (block.kind) {
    case 'text':
      return html`<p style="${paragraph}">${block.text}</p>`;
    case 'note':
      return html`<p style="${small}">${block.text}</p>`;
    case 'button':
      return html`<p style="margin:0 0 16px"><a href="${block.href}" style="display:inline-block;padding:12px 20px;background:${accent};color:#ffffff;border-radius:10px;text-decoration:none;${font};font-size:16px;font-weight:600">${block.label}</a></p>
      <p style="${small}">${messages.mail.linkHint}<br><a href="${block.href}" style="color:${accent};word-break:break-all">${block.href}</a></p>`;
    case 'code':
      return html`<p style="margin:0 0 16px;font-family:ui-monospace,Menlo,Consolas,monospace;font-size:30px;line-height:40px;letter-spacing:6px;color:#1c2422">${block.code}</p>`;
    case 'facts':
      return html`<dl style="${small}">${block.facts.map(
        ([label, value]) =>
          html`<dt style="font-weight:600">${label}</dt><dd style="margin:0 0 8px">${value}</dd>`,
      )}</dl>`;
  }
};
