import { createFields } from '../../../views/fields.ts';
import { type Html, html } from '../../../views/html.ts';
import type { Messages } from '../../../views/languages/messages.ts';
import { toCurl } from '../curl.ts';
import type { Exchange } from '../send.ts';
import { words } from '../words.ts';

interface ExchangeOptions {
  readonly name: string;
  readonly messages: Messages;
  readonly open: boolean;
}

const headerLines = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

/** Shows each field of a form on its own line. */
const sentBody = ({ headers, body = '' }: Exchange): string =>
  headers['content-type']?.includes('json') ? body : body.replaceAll('&', '\n&');

const receivedBody = (body: string): string => {
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body.slice(0, 2000);
  }
};

const statusClass = (status: number): string => (status < 400 ? 'badge' : 'badge badge-warn');

/** Shows a request and its response as they were sent, and the curl command that repeats the request. */
export const exchangeView = (exchange: Exchange, { name, messages, open }: ExchangeOptions): Html => {
  const { method, url, headers, answer } = exchange;
  const { pathname, search, host } = new URL(url);
  const sent = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`, headerLines(headers)].join('\n');
  const body = sentBody(exchange);
  const received = [`HTTP/1.1 ${answer.status}`, headerLines(answer.headers)].join('\n');
  return html`<details class="exchange"${open && html` open`}>
    <summary>${method} <code>${pathname}</code> <span class="${statusClass(answer.status)}">${answer.status}</span></summary>
    <h3>${words.request}</h3>
    <pre>${sent}${body !== '' && `\n\n${body}`}</pre>
    <h3>${words.answer}</h3>
    <pre>${received}${answer.body !== '' && `\n\n${receivedBody(answer.body)}`}</pre>
    ${createFields(messages).copy({ name: `curl-${name}`, label: words.curl, value: toCurl(exchange) })}
  </details>`;
};
