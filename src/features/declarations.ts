/**
 * What features declare for commands as well as for the server. A feature with grant types or commands has a line here
 * beside the one in `index.ts`; importing this file loads no feature.
 */
import type { Command } from '../command.ts';
import type { FeatureDeclaration } from '../feature.ts';
import { coreGrantTypes, type GrantType } from '../provider/grant-types.ts';
import { cibaDeclaration } from './ciba/declaration.ts';
import { deviceDeclaration } from './device/declaration.ts';
import { storeCopyDeclaration } from './store-copy/declaration.ts';

const declarations: readonly FeatureDeclaration[] = [
  deviceDeclaration,
  cibaDeclaration,
  storeCopyDeclaration,
];

/** Every grant type that the token endpoint has, with those of `additional` features. */
export const grantTypesOf = (additional: readonly FeatureDeclaration[] = []): readonly GrantType[] => [
  ...coreGrantTypes,
  ...[...declarations, ...additional].flatMap(({ grants = [] }) => grants),
];

export const commandsOfFeatures: Readonly<Record<string, () => Promise<Command>>> = Object.fromEntries(
  declarations.flatMap(({ commands = {} }) => Object.entries(commands)),
);
