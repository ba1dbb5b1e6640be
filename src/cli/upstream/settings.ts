import { readFileSync } from 'node:fs';
import type { Command as Program } from 'commander';
import type { StoredUpstreamSettings } from '#config';
import { usageError } from '#src/command.ts';
import { parseNamedValues } from '../name-value.ts';
import { collectValues } from '../option-values.ts';

export interface SettingFlags {
  readonly name?: string;
  readonly preset?: string;
  readonly issuer?: string;
  readonly clientId?: string;
  readonly clientSecretFile?: string;
  readonly domain?: readonly string[];
  readonly create?: true;
  readonly property?: readonly string[];
}

export const addSettingOptions = (command: Program): Program =>
  command
    .option('--name <text>', 'name on the sign-in page')
    .option('--preset <preset>', 'what is known of a provider: google, entra, github, gitlab, keycloak …')
    .option('--issuer <url>', 'issuer of the provider, exactly as in its metadata')
    .option('--client-id <id>', 'the client_id that the provider gave this server')
    .option('--client-secret-file <file>', 'file with the secret, or for Apple the private key')
    .option(
      '--domain <domain>',
      'people with an address there are sent to it; may be repeated',
      collectValues,
    )
    .option('--create', 'create an account for people who have none')
    .option(
      '--property <name=value>',
      'any other key of `upstreams` in the configuration, its value as JSON or text; may be repeated',
      collectValues,
    );

const readSecretFile = (file: string): string => {
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    throw usageError(`${file} can't be read; --client-secret-file wants a file with the secret.`, error);
  }
};

/** The settings that the flags name. `services/upstreams` checks them. */
export const settingsOf = (flags: SettingFlags): StoredUpstreamSettings => {
  const properties = Object.fromEntries(
    parseNamedValues(flags.property ?? [], { flag: '--property', example: 'link=never' }),
  );
  if (Object.hasOwn(properties, 'client_secret') && properties['client_secret'] !== null)
    throw usageError(
      'Other users can read the command line: name a file with the secret by --client-secret-file.',
    );
  const named = {
    name: flags.name,
    preset: flags.preset,
    issuer: flags.issuer,
    client_id: flags.clientId,
    client_secret: flags.clientSecretFile === undefined ? undefined : readSecretFile(flags.clientSecretFile),
    domains: flags.domain,
    create: flags.create,
  };
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return { ...properties, ...Object.fromEntries(given) };
};
