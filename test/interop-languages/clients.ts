import { apacheClients } from './apache.ts';
import { goClients } from './go.ts';
import { javaClients } from './java.ts';
import type { LanguageClient } from './language-client.ts';
import { pythonClients } from './python.ts';
import { rustClients } from './rust.ts';

export const languageClients: readonly LanguageClient[] = [
  ...apacheClients,
  ...pythonClients,
  ...goClients,
  ...javaClients,
  ...rustClients,
];
