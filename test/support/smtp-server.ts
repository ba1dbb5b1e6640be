import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Certificate } from './certificates.ts';
import { waitFor } from './wait-for.ts';

/** A message as the mail server received it. */
export interface ReceivedMail {
  readonly from: string;
  /** The receivers of the envelope. */
  readonly to: readonly string[];
  /** Everything after DATA. */
  readonly raw: string;
  readonly encrypted: boolean;
  readonly user: string | undefined;
}

/**
 * - `accept`: takes every message.
 * - a number: answers RCPT with that status.
 * - `mute`: accepts connections and says nothing. `stall`: stops after EHLO. `drip`: answers EHLO one line at a time,
 *   for ever. `reset`: takes the message, and cuts the connection before it says so.
 */
export type SmtpMode = 'accept' | 'mute' | 'stall' | 'drip' | 'reset' | number;

export interface SmtpServer {
  readonly port: number;
  readonly received: readonly ReceivedMail[];
  /** How many connections were opened so far. */
  connections(): number;
  /** How many of them are open. */
  open(): number;
  mode: SmtpMode;
  /** Waits for a message to this address that was not returned before. */
  next(to: string): Promise<ReceivedMail>;
  /** Cuts the connections that are open. */
  drop(): void;
  close(): Promise<void>;
}

interface Options {
  readonly mode?: SmtpMode;
  /** Offers STARTTLS with this certificate, or speaks TLS from the start. */
  readonly tls?: Certificate;
  readonly implicit?: boolean;
  readonly port?: number;
}

const pem = ({ certificate, privateKey }: Certificate) => ({
  cert: certificate.toString(),
  key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
});

/** A mail server of its own, without a library, so that it can misbehave. */
export const startSmtp = async ({
  mode = 'accept',
  tls,
  implicit = false,
  port,
}: Options = {}): Promise<SmtpServer> => {
  const received: ReceivedMail[] = [];
  const returned = new Set<ReceivedMail>();
  const sockets = new Set<Socket>();
  let opened = 0;

  const secured = (socket: Socket): TLSSocket => {
    if (!tls) throw new Error('no certificate');
    const secure = new TLSSocket(socket, { isServer: true, ...pem(tls) });
    secure.on('error', () => {});
    return secure;
  };

  const serve = (socket: Socket, encrypted: boolean): void => {
    let from = '';
    let to: string[] = [];
    let user: string | undefined;
    let data: string | undefined;
    let buffer = '';
    const say = (...lines: string[]): void => void socket.write(lines.map((line) => `${line}\r\n`).join(''));

    const command = (line: string): void => {
      const verb = line.slice(0, 4).toUpperCase();
      if (verb === 'EHLO') {
        if (smtp.mode === 'stall') return;
        if (smtp.mode === 'drip') {
          const timer = setInterval(() => say('250-X-MORE'), 300);
          socket.once('close', () => clearInterval(timer));
          return;
        }
        say('250-test', ...(tls && !encrypted ? ['250-STARTTLS'] : []), '250 AUTH PLAIN LOGIN');
      } else if (verb === 'STAR' && tls) {
        say('220 go ahead');
        socket.removeAllListeners('data');
        serve(secured(socket), true);
      } else if (verb === 'AUTH') {
        const [, name = '', secret = ''] = Buffer.from(line.split(' ')[2] ?? '', 'base64')
          .toString()
          .split('\0');
        if (secret !== 'wrong') user = name;
        say(secret === 'wrong' ? '535 5.7.8 no' : '235 ok');
      } else if (verb === 'MAIL') {
        from = /<([^>]*)>/.exec(line)?.[1] ?? '';
        to = [];
        say('250 ok');
      } else if (verb === 'RCPT') {
        const refused = typeof smtp.mode === 'number';
        if (!refused) to.push(/<([^>]*)>/.exec(line)?.[1] ?? '');
        say(refused ? `${smtp.mode} no such user ${line}` : '250 ok');
      } else if (verb === 'DATA') {
        data = '';
        say('354 go on');
      } else if (verb === 'QUIT') {
        say('221 bye');
        socket.end();
      } else say(verb === 'STAR' ? '502 not offered' : '250 ok');
    };

    socket.setEncoding('utf8').on('data', (chunk: string) => {
      buffer += chunk;
      for (let end = buffer.indexOf('\r\n'); end >= 0; end = buffer.indexOf('\r\n')) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + 2);
        if (data === undefined) command(line);
        else if (line !== '.') data += `${line.replace(/^\./, '')}\r\n`;
        else {
          received.push({ from, to, raw: data, encrypted, user });
          data = undefined;
          if (smtp.mode === 'reset') socket.destroy();
          else say('250 queued');
        }
        if (verbEndsParsing(line)) return;
      }
    });
    socket.on('error', () => {});
  };

  /** After STARTTLS the bytes that follow are TLS. */
  const verbEndsParsing = (line: string): boolean => tls !== undefined && line.toUpperCase() === 'STARTTLS';

  const server = createServer((socket) => {
    opened += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    if (smtp.mode === 'mute') return;
    const stream = implicit ? secured(socket) : socket;
    serve(stream, implicit);
    stream.write('220 test ESMTP\r\n');
  });
  server.listen(port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');

  const smtp: SmtpServer = {
    port: address.port,
    received,
    mode,
    connections: () => opened,
    open: () => sockets.size,
    async next(to) {
      const unseen = () => received.find((mail) => mail.to.includes(to) && !returned.has(mail));
      await waitFor(`mail to ${to}`, () => unseen() !== undefined);
      const mail = unseen();
      if (!mail) throw new Error('the mail is gone');
      returned.add(mail);
      return mail;
    },
    drop() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      smtp.drop();
      server.close();
      await once(server, 'close');
    },
  };
  return smtp;
};

interface ParsedMail {
  /** By lower-case name; the lines of one header are joined. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly text: string;
  readonly html: string;
}

const headersIn = (head: string): ReadonlyMap<string, readonly string[]> => {
  const headers = new Map<string, string[]>();
  for (const line of head.replaceAll(/\r\n[ \t]+/g, ' ').split('\r\n')) {
    const [, name = '', value = ''] = /^([^:]+):\s*(.*)$/.exec(line) ?? [];
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), value]);
  }
  return headers;
};

const bytesOfQuotedPrintable = (text: string): Buffer =>
  Buffer.from(
    text
      .replaceAll(/=\r\n/g, '')
      .replaceAll(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );

const decoded = (part: string): string => {
  const at = part.indexOf('\r\n\r\n');
  const encoding = headersIn(part.slice(0, at)).get('content-transfer-encoding')?.[0];
  const body = part.slice(at + 4);
  if (encoding === 'base64') return Buffer.from(body, 'base64').toString();
  return encoding === 'quoted-printable' ? bytesOfQuotedPrintable(body).toString() : body;
};

/** Decodes encoded words (RFC 2047). */
export const decodeWords = (value: string): string =>
  value
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_, how: string, text: string) =>
      how.toUpperCase() === 'B'
        ? Buffer.from(text, 'base64').toString()
        : bytesOfQuotedPrintable(text.replaceAll('_', ' ')).toString(),
    );

/** Parses the two versions of a message. */
export const parseMail = ({ raw }: Pick<ReceivedMail, 'raw'>): ParsedMail => {
  const at = raw.indexOf('\r\n\r\n');
  const headers = headersIn(raw.slice(0, at));
  const boundary = /boundary="([^"]+)"/.exec(headers.get('content-type')?.[0] ?? '')?.[1] ?? '';
  const parts = raw
    .split(`--${boundary}`)
    .slice(1, -1)
    .map((part) => part.replace(/^\r\n/, ''));
  const partOf = (type: string): string => decoded(parts.find((part) => part.includes(type)) ?? '\r\n\r\n');
  return { headers, text: partOf('text/plain'), html: partOf('text/html') };
};

/** The links of this server in a message. */
export const linksIn = (mail: ReceivedMail, issuer: string): readonly string[] =>
  parseMail(mail)
    .text.split(/\s+/)
    .filter((word) => word.startsWith(`${issuer}/`));
