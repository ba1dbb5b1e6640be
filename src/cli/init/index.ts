/**
 * Writes a first configuration: `postern.yaml` and the key file, from flags, or from answers on a terminal. It never
 * overwrites a file, and it leaves nothing behind when a server couldn't start with the result.
 */
import { relative, resolve } from 'node:path';
import { type Command, type CommandContext, usageError } from '#src/command.ts';
import { checkConfiguration } from '../config/check-configuration.ts';
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
  none,
  proxiesOf,
} from './answers.ts';
import { askForTheRest, canAsk } from './ask.ts';
import { fileNames } from './configuration-text.ts';
import { assertNew, writeFiles } from './write-files.ts';

interface InitFlags {
  readonly issuer?: string;
  readonly store?: string;
  readonly storeFile?: string;
  readonly proxy?: readonly string[];
  readonly mail?: string;
  readonly mailFrom?: string;
  readonly mailPasswordFile?: string;
  readonly yes?: true;
}

const checked = (flag: string, value: string, check: Check): string => {
  const wrong = check(value);
  if (wrong !== undefined) throw usageError(`${flag}: ${wrong}.`);
  return value;
};

const mailOf = ({ mail, mailFrom, mailPasswordFile }: InitFlags): { mail?: MailAnswers | undefined } => {
  if (mail === undefined) {
    if (mailFrom !== undefined || mailPasswordFile !== undefined)
      throw usageError('Name the mail server too: --mail smtps://USER@HOST.');
    return {};
  }
  if (mail === none) return { mail: undefined };
  if (mailFrom === undefined)
    throw usageError("Name the sender too: --mail-from 'Example <id@example.com>'.");
  return {
    mail: {
      url: checked('--mail', mail, checkMailServer),
      from: checked('--mail-from', mailFrom, checkSender),
      password: mailPasswordFile === undefined ? undefined : { file: resolve(mailPasswordFile) },
    },
  };
};

const storeOf = ({ store, storeFile }: InitFlags): Pick<Partial<Answers>, 'store'> => {
  if (store !== undefined && storeFile !== undefined)
    throw usageError('Give either --store or --store-file, not both.');
  if (storeFile !== undefined) return { store: { file: resolve(storeFile) } };
  return store === undefined ? {} : { store: { url: checked('--store', store, checkStore) } };
};

const answersOf = (flags: InitFlags): Partial<Answers> => {
  const proxy = flags.proxy?.join(' ');
  return {
    ...(flags.issuer === undefined ? {} : { issuer: checked('--issuer', flags.issuer, checkIssuer) }),
    ...storeOf(flags),
    ...(proxy === undefined ? {} : { proxies: proxiesOf(checked('--proxy', proxy, checkProxies)) }),
    ...mailOf(flags),
  };
};

const withDefaults = ({ issuer, ...given }: Partial<Answers>): Answers => {
  if (issuer === undefined)
    throw usageError('Name the public address of this server: --issuer https://id.example.com.');
  const proxies = isLoopback(issuer) ? [] : defaults.proxies;
  return { store: { url: defaults.store }, proxies, mail: undefined, ...given, issuer };
};

const nextSteps = (paths: readonly string[], verdict: string): string => {
  const names = paths.map((path) => relative(process.cwd(), path));
  const key = names.find((name) => name.endsWith(fileNames.keyEncryptionKey));
  return [
    `Written: ${names.join(', ')}.`,
    verdict,
    ...(key === undefined
      ? ['The key file that was there is used.']
      : [`Keep a copy of ${key} apart from the store: without it the keys in the store are lost.`]),
    'Next: postern account add NAME --generate, postern client add --help, postern start.',
  ].join('\n');
};

/** Removes the files again when a server couldn't start with them, so that the next try isn't refused. */
const writeAndCheck = async (context: CommandContext, configuration: string, answers: Answers) => {
  const written = writeFiles(configuration, answers);
  try {
    return { ...written, ...(await checkConfiguration(context)) };
  } catch (error) {
    written.remove();
    throw error;
  }
};

export const init: Command = (program, context) => {
  program
    .command('init')
    .description('write a first configuration and the key file; asks for what the flags leave open')
    .option('--issuer <url>', 'public address of this server; http://localhost:PORT for development')
    .option('--store <url>', `sqlite:FILE, redis://HOST …; default: ${defaults.store}`)
    .option('--store-file <file>', 'file with the URL of the store, if that contains a password')
    .option(
      '--proxy <address...>',
      `address or network of the reverse proxy, or ${none}; default: ${defaults.proxies}`,
    )
    .option('--mail <url>', `mail server, smtps://USER@HOST, or ${none}`)
    .option('--mail-from <mailbox>', 'sender of mail')
    .option('--mail-password-file <file>', 'file with the password of the mail server')
    .option('-y, --yes', 'ask nothing: take the defaults for what the flags leave open')
    .action(async (flags: InitFlags) => {
      if (program.opts<{ set?: readonly string[] }>().set !== undefined)
        throw usageError('--set is not written to a file: use the flags of init, or change the file later.');
      const configuration = context.configurationFile();
      assertNew(configuration);
      const given = answersOf(flags);
      const answers = flags.yes || !canAsk() ? withDefaults(given) : await askForTheRest(given);
      const { paths, data, text } = await writeAndCheck(context, configuration, answers);
      context.output.answer({ ...data, files: paths }, nextSteps(paths, text));
    });
};
