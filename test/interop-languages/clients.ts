import { apacheClients } from './apache.ts';
import { goClients } from './go.ts';
import { javaClients } from './java.ts';
import { jupyterHub } from './jupyterhub.ts';
import { kubernetesClients } from './kubernetes.ts';
import type { LanguageClient } from './language-client.ts';
import { miniflux } from './miniflux.ts';
import { pgAdmin } from './pgadmin.ts';
import { pocketBase } from './pocketbase.ts';
import { pythonClients } from './python.ts';
import { gitlab } from './ruby.ts';
import { rustClients } from './rust.ts';
import { streamlit } from './streamlit.ts';

export const languageClients: readonly LanguageClient[] = [
  ...apacheClients,
  ...pythonClients,
  ...goClients,
  ...javaClients,
  ...rustClients,
  gitlab,
  pgAdmin,
  ...kubernetesClients,
  streamlit,
  jupyterHub,
  miniflux,
  pocketBase,
];
