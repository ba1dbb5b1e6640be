/**
 * `postern doctor`: prints what the checks of `services/doctor` find, and ends with the exit code that fits. It
 * builds the whole app to ask whether each client fits the server.
 */
import { InvalidArgumentError } from 'commander';
import type { Command } from '#src/command.ts';
import { type ExitCode, exitCode, Failure } from '#src/errors.ts';
import type { Finding } from '#src/services/doctor/index.ts';
import { badConfiguration } from './error-findings.ts';
import { examine } from './examine.ts';

const parseOrigin = (text: string): string => {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && url.pathname === '/' && !url.search && !url.hash)
    return url.origin;
  throw new InvalidArgumentError('Expected the address that clients use, as https://id.example.com.');
};

const unavailableCodes: ReadonlySet<string> = new Set(['unreachable', 'store_away', 'store_unusable']);

const exitCodeFor = (errors: readonly Finding[]): ExitCode => {
  if (errors.some(({ code }) => code === badConfiguration)) return exitCode.configuration;
  const onlyUnavailable = errors.length > 0 && errors.every(({ code }) => unavailableCodes.has(code));
  return onlyUnavailable ? exitCode.unavailable : exitCode.failure;
};

const count = (number: number, what: string): string => `${number} ${what}${number === 1 ? '' : 's'}`;

export const doctor: Command = (program, context) => {
  program
    .command('doctor')
    .argument('[url]', 'where clients come to, when it is not the issuer', parseOrigin)
    .option('--strict', 'a warning is a failure too')
    .description('look at configuration, store, keys, clients and the running server, and say what to mend')
    .action(async (url: string | undefined, { strict }: { readonly strict?: true }) => {
      const findings = await examine(context, url);
      const errors = findings.filter(({ severity }) => severity === 'error');
      const warnings = findings.length - errors.length;
      const lines = findings.map(
        ({ severity, about, code, message, fix }) => `${severity}  ${about}: ${message} [${code}]\n  ${fix}`,
      );
      const summary = `${count(errors.length, 'error')}, ${count(warnings, 'warning')}`;
      context.output.answer(
        { ok: errors.length === 0, errors: errors.length, warnings, findings },
        [...lines, findings.length === 0 ? 'Everything is fine.' : summary].join('\n'),
      );
      if (errors.length === 0 && !(strict && warnings > 0)) return;
      throw new Failure({
        code: 'unwell',
        message: `The doctor found ${summary}.`,
        exit: exitCodeFor(errors),
      });
    });
};
