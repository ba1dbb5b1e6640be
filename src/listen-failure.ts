import type { Config } from '#config';
import { exitCode, Failure } from './errors.ts';

/** Explains an error of `listen` that an operator can fix, such as a port in use. Returns other errors as they are. */
export const toListenFailure = (error: unknown, { listen, metrics }: Config): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  const isMetricsPort = error instanceof Error && 'port' in error && error.port === metrics.port;
  const { host, port } = isMetricsPort ? metrics : listen;
  const address = `${host}:${port}`;
  const section = isMetricsPort ? 'metrics' : 'listen';
  const failure = (message: string, exit: Failure['exit']) =>
    new Failure({ code: 'cannot_listen', message, exit, cause: error });
  if (code === 'EADDRINUSE') {
    const setting = isMetricsPort ? 'with metrics.port' : 'with --port or listen.port';
    return failure(
      `${address} is taken by another program: stop it, or choose another port ${setting}.`,
      exitCode.conflict,
    );
  }
  if (code === 'EACCES') {
    return failure(`This user may not listen on ${address}: choose a port above 1023.`, exitCode.failure);
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return failure(
      `${host} is not an address of this machine: correct ${section}.host.`,
      exitCode.configuration,
    );
  }
  return error;
};
