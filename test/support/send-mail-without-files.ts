/**
 * Sends a message while the process has no file descriptor left, and one after that: `send-mail-without-files.ts PORT`.
 * Prints what became of both.
 */
import { closeSync, openSync } from 'node:fs';
import { createSmtpTransport } from '#src/services/mail/index.ts';

const transport = createSmtpTransport({
  url: `smtp://127.0.0.1:${process.argv[2]}`,
  from: 'id@harbour.example',
  starttls: 'optional',
});
const message = { to: 'ada@example.com', subject: 'Hello', text: 'Hello\n', html: '<p>Hello</p>' };
const send = (): Promise<string> =>
  transport.send(message).then(
    () => 'sent',
    (error: unknown) => String(Object(error).reason ?? error),
  );
const open: number[] = [];
try {
  for (;;) open.push(openSync('/dev/null', 'r'));
} catch {
  // The limit is reached.
}
const first = await send();
for (const descriptor of open) closeSync(descriptor);
const second = await send();
transport.close();
console.log(JSON.stringify([first, second]));
