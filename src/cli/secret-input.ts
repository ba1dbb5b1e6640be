import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { exitCode, Failure } from '#src/errors.ts';

const maxLength = 16 * 1024;

const refuse = (code: string, message: string): Failure =>
  new Failure({ code, message, exit: exitCode.usage });

const ask = (question: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const silence = new Writable({ write: (_chunk, _encoding, done) => done() });
    // From here on the terminal shows nothing that is typed. So the question comes afterwards.
    const lines = createInterface({ input: process.stdin, output: silence, terminal: true });
    process.stderr.write(question);
    lines.once('SIGINT', () => {
      lines.close();
      reject(new Failure({ code: 'interrupted', message: 'Interrupted.', exit: exitCode.interrupted }));
    });
    lines.question('', (answer) => {
      lines.close();
      process.stderr.write('\n');
      resolve(answer);
    });
  });

/**
 * Reads a secret from standard input, or asks for it without showing it. The command line is no place for a secret:
 * other users of the machine can read it, and shells store it.
 */
export const readSecret = async (what: string): Promise<string> => {
  if (process.stdin.isTTY) {
    const first = await ask(`${what}: `);
    if (first !== (await ask(`${what}, once more: `)))
      throw refuse('inputs_differ', 'The two inputs differ.');
    return first;
  }
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.length > maxLength) throw refuse('input_too_long', 'Standard input is too long for one line.');
  }
  const [line = ''] = text.split(/\r?\n/);
  if (line === '') throw refuse('input_missing', `Give the ${what.toLowerCase()} on standard input.`);
  return line;
};
