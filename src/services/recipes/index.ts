/**
 * Recipes: how well-known applications are connected. A recipe is data: the client that the application needs, and the
 * configuration of the application. Commands, documentation and the console read the same list; `npm run docs:clients`
 * writes the pages of docs/clients.
 *
 * To add one: write its file, with the settings that the documentation of the application names, add it to the list, add
 * a line to test/services/recipes.test.ts that says what the application sends, and run `npm run docs:clients`.
 */
import { apache } from './apache.ts';
import { argocd } from './argocd.ts';
import { authlib } from './authlib.ts';
import { djangoAllauth } from './django-allauth.ts';
import { gitea } from './gitea.ts';
import { gitlab } from './gitlab.ts';
import { grafana } from './grafana.ts';
import { jupyterhub } from './jupyterhub.ts';
import { kubernetes } from './kubernetes.ts';
import { library } from './library.ts';
import { miniflux } from './miniflux.ts';
import { mozillaDjangoOidc } from './mozilla-django-oidc.ts';
import { netbox } from './netbox.ts';
import { nextcloud } from './nextcloud.ts';
import { oauth2Proxy } from './oauth2-proxy.ts';
import { pgadmin } from './pgadmin.ts';
import { pocketbase } from './pocketbase.ts';
import type { Recipe } from './recipe.ts';
import { springApi } from './spring-api.ts';
import { springClient } from './spring-client.ts';
import { streamlit } from './streamlit.ts';
import { superset } from './superset.ts';
import { vault } from './vault.ts';

export const recipes: readonly Recipe[] = [
  apache,
  argocd,
  authlib,
  djangoAllauth,
  gitea,
  gitlab,
  grafana,
  jupyterhub,
  kubernetes,
  library,
  miniflux,
  mozillaDjangoOidc,
  netbox,
  nextcloud,
  oauth2Proxy,
  pgadmin,
  pocketbase,
  springApi,
  springClient,
  streamlit,
  superset,
  vault,
];

/** Finds a recipe by its name or an alias. */
export const findRecipe = (name: string): Recipe | undefined =>
  recipes.find((recipe) => recipe.name === name || recipe.aliases?.includes(name));
