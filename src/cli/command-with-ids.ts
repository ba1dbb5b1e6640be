import { Command, type ParseOptionsResult } from 'commander';

/** An id in base64url that starts with a dash, as one in 64 does. No option has a capital letter in its name. */
const idWithDash = /^-(?=.*[A-Z])[A-Za-z0-9_-]{15,}$/;

/** No argument of a process can contain it. */
const mask = '\0';

const unmask = (text: string): string => (text.startsWith(mask) ? text.slice(mask.length) : text);

/** Takes an id that starts with a dash for an argument, where Commander takes it for options that it doesn't know. */
export class CommandWithIds extends Command {
  override createCommand(name?: string): Command {
    return new CommandWithIds(name);
  }

  override parseOptions(args: string[]): ParseOptionsResult {
    const isValueOf = (before: string | undefined): boolean =>
      this.options.some(({ required, short, long }) => required && [short, long].includes(before));
    const masked = args.map((arg, at) =>
      idWithDash.test(arg) && !(at > 0 && isValueOf(args[at - 1])) ? `${mask}${arg}` : arg,
    );
    const { operands, unknown } = super.parseOptions(masked);
    return { operands: operands.map(unmask), unknown: unknown.map(unmask) };
  }
}
