import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';

const timeoutMs = 2000;

/** The health check of a container. */
export const health: Command = (program, { output, load }) => {
  program
    .command('health')
    .description('ask the running server on this machine whether it is ready')
    .action(async () => {
      const { host, port } = load().config.listen;
      const local =
        host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
      const answer = await fetch(`http://${local}:${port}/readyz`, {
        signal: AbortSignal.timeout(timeoutMs),
      }).catch(() => undefined);
      if (!answer?.ok) {
        const what = answer ? `answers ${answer.status}: ${await answer.text()}` : 'does not answer';
        throw new Failure({
          code: 'not_ready',
          message: `The server at ${local}:${port} ${what}.`,
          exit: exitCode.unavailable,
        });
      }
      output.answer(await answer.json(), 'ready');
    });
};
