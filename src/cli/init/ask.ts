import { createInterface } from 'node:readline/promises';
import { exitCode, Failure } from '#src/errors.ts';
import { readSecret } from '../secret-input.ts';
import {
  type Answers,
  type Check,
  checkIssuer,
  checkMailServer,
  checkProxies,
  checkSender,
  checkStore,
  defaults,
  isLoopback,
  type MailAnswers,
  mailUser,
  none,
  proxiesOf,
} from './answers.ts';

/** A person can answer only when both the question and the answer go through a terminal. */
export const canAsk = (): boolean => process.stdin.isTTY === true && process.stderr.isTTY === true;

const readLine = async (prompt: string): Promise<string> => {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const interrupted = new Promise<never>((_, reject) => {
    lines.once('close', () =>
      reject(
        new Failure({
          code: 'interrupted',
          message: 'Interrupted: nothing was written.',
          exit: exitCode.interrupted,
        }),
      ),
    );
  });
  try {
    return (await Promise.race([lines.question(prompt), interrupted])).trim();
  } finally {
    interrupted.catch(() => {});
    lines.close();
  }
};

/** Asks until the answer is usable. An empty line takes the suggestion. */
const ask = async (question: string, check: Check, suggestion?: string): Promise<string> => {
  for (;;) {
    const line = await readLine(suggestion === undefined ? `${question}: ` : `${question} [${suggestion}]: `);
    const answer = line === '' ? (suggestion ?? '') : line;
    const wrong = answer === suggestion ? undefined : check(answer);
    if (wrong === undefined) return answer;
    process.stderr.write(`  ${wrong}.\n`);
  }
};

const askForMail = async (): Promise<MailAnswers | undefined> => {
  const url = await ask('Mail server, as smtps://USER@HOST', checkMailServer, none);
  if (url === none) return undefined;
  const from = await ask('Sender of mail, as Example <id@example.com>', checkSender);
  const password =
    mailUser(url) === '' ? undefined : { text: await readSecret('Password of the mail server') };
  return { url, from, password };
};

/** Asks for what the flags leave open. */
export const askForTheRest = async (given: Partial<Answers>): Promise<Answers> => {
  const issuer =
    given.issuer ?? (await ask('Public address of this server, as https://id.example.com', checkIssuer));
  const store = given.store ?? {
    url: await ask('Store: a SQLite file, or redis://HOST:6379', checkStore, defaults.store),
  };
  const isDevelopment = isLoopback(issuer);
  const proxies =
    given.proxies ??
    (isDevelopment
      ? []
      : proxiesOf(
          await ask(
            'Addresses of the reverse proxies that end TLS',
            checkProxies,
            defaults.proxies.join(' '),
          ),
        ));
  const mail = 'mail' in given || isDevelopment ? given.mail : await askForMail();
  return { issuer, store, proxies, mail };
};
