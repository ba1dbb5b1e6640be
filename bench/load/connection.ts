import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A kept-alive connection that carries one request at a time. It parses as much of HTTP as finds the end of an answer. */
export class Connection {
  readonly #socket: Socket;
  #text = '';
  #resolve: ((answer: { status: number; text: string }) => void) | undefined;
  #reject: ((error: Error) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      this.#text += String(chunk);
      this.#parse();
    });
    const onClose = (): void =>
      this.#reject?.(new Error(`the connection was closed: ${this.#text.slice(0, 200)}`));
    socket.on('error', onClose);
    socket.on('close', onClose);
  }

  static async open(port: number): Promise<Connection> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new Connection(socket);
  }

  send(rawRequest: string): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#socket.write(rawRequest, 'latin1');
    });
  }

  close(): void {
    this.#reject = undefined;
    this.#socket.destroy();
  }

  #parse(): void {
    const head = this.#text.indexOf('\r\n\r\n');
    if (head < 0) return;
    const status = Number(this.#text.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(this.#text.slice(0, head))?.[1];
    const complete =
      length === undefined && status !== 204 && status !== 304
        ? this.#text.endsWith('\r\n0\r\n\r\n')
        : this.#text.length >= head + 4 + Number(length ?? 0);
    if (!complete) return;
    const text = this.#text;
    this.#text = '';
    this.#resolve?.({ status, text });
  }
}
