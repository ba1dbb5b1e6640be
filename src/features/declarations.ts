/**
 * The grant types and commands of all features. Commands need them without the server, so this file imports the
 * declarations of features and nothing else of them.
 */
import type { Command } from '../command.ts';
import type { Feature, FeatureDeclaration } from '../feature.ts';
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

/** A feature of the table of contents whose declaration is missing above would have grant types that clients can't use. */
export const assertDeclared = (features: readonly Feature[]): void => {
  const declared = new Set(declarations.map(({ name }) => name));
  const missing = features.find(({ name, grants, commands }) => (grants || commands) && !declared.has(name));
  if (missing) throw new Error(`add the declaration of ${missing.name} to features/declarations.ts`);
};
