import type { Config, Loaded } from '#config';
import type { Command, Output } from '#src/command.ts';
import type { Primary } from '#src/workers/index.ts';
import { listenForStop, type StopMode, type StopSignals } from './stop-signals.ts';

interface StartFlags {
  readonly host?: string;
  readonly port?: string;
}

const drainSeconds = ({ mode, listen }: Config, how: StopMode): number =>
  how === 'now' ? 0 : (listen.drain_seconds ?? (mode === 'production' ? 3 : 0));

const serveInThisProcess = async (
  loaded: Loaded,
  output: Output,
  stops: StopSignals,
  primary: Primary | undefined,
): Promise<void> => {
  const { config, secretFiles } = loaded;
  const [{ serve }, { collectGarbageAtRest }, { greeting }, { findExposures }, { effectiveValues }] =
    await Promise.all([
      import('#src/serve.ts'),
      import('#src/collect-garbage-at-rest.ts'),
      import('#src/greeting.ts'),
      import('#src/exposures.ts'),
      import('#config'),
    ]);
  const warnings = primary?.isAdditional ? [] : await findExposures(config, secretFiles);
  const serving = await serve(config, {
    warnings,
    settings: () => effectiveValues(loaded),
    ...(primary && { gatherMetrics: primary.gatherMetrics }),
  });
  const isStopping = stops.isRequested();
  // The greeting has the secrets of new demo data, which nothing shows again.
  const hasNewDemo = serving.demo !== undefined && serving.demo !== 'made before';
  // Only the first worker prints it: it created the demo data, before the others started.
  if (!primary?.isAdditional && (!isStopping || hasNewDemo)) output.note(greeting(config, serving.demo));
  // A server that has to stop before it is ready has no requests to drain.
  if (isStopping) return serving.stop();
  // A log that is collected somewhere must not have it.
  const link = process.stderr.isTTY && !primary ? await serving.inviteFirstAdministrator() : undefined;
  if (link !== undefined) output.note(`The first administrator, once and within an hour: ${link}`);
  primary?.ready();
  const stopCollecting = collectGarbageAtRest();
  const how = await stops.requested;
  stopCollecting();
  await serving.stop(drainSeconds(config, how), stops.forced);
};

const superviseWorkers = async (config: Config, stops: StopSignals): Promise<void> => {
  const [{ startWorkers }, { createLogger }] = await Promise.all([
    import('#src/workers/index.ts'),
    import('#src/logger.ts'),
  ]);
  const workers = await startWorkers(config, createLogger(config));
  await Promise.race([workers.started, stops.requested]);
  stops.forced.addEventListener('abort', () => void workers.stop('now'));
  await workers.stop(await stops.requested);
};

const serveWithWorkers = async (loaded: Loaded, output: Output, stops: StopSignals): Promise<void> => {
  const { connectToPrimary } = await import('#src/workers/index.ts');
  const primary = connectToPrimary();
  if (!primary) return superviseWorkers(loaded.config, stops);
  stops.followPrimary(primary);
  await serveInThisProcess(loaded, output, stops, primary);
};

export const start: Command = (program, { output, load, handleOwnSignals }) => {
  program
    .command('start')
    .description('run the server')
    .option('--host <address>', 'address to listen on')
    .option('--port <number>', 'port to listen on')
    .action(async (flags: StartFlags) => {
      const { configurationRules } = await import('#src/configuration-rules.ts');
      const loaded = load(flags, configurationRules);
      handleOwnSignals();
      // Process 1 of a container ignores signals that it has no listener for, so this comes before anything slow.
      const stops = listenForStop();
      try {
        if (loaded.config.listen.workers === 1) await serveInThisProcess(loaded, output, stops, undefined);
        else await serveWithWorkers(loaded, output, stops);
      } finally {
        stops.stopListening();
      }
    });
};
