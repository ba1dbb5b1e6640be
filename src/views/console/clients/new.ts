import { html } from '../../html.ts';
import type { ConsoleFrame } from '../frame.ts';
import { consolePage } from '../layout.ts';
import type { ClientTypeName } from './list.ts';
import { newClientPath, newRecipePath } from './paths.ts';

interface NewClientModel {
  readonly types: readonly ClientTypeName[];
  readonly recipes: readonly { readonly name: string; readonly title: string }[];
}

/** The first step: what kind of application it is. */
export const newClientPage = (frame: ConsoleFrame, { types, recipes }: NewClientModel): string => {
  const { clients: text } = frame.text;
  return consolePage(frame, {
    title: text.new.title,
    body: html`
    <p class="lead">${text.new.lead}</p>
    <h2>${text.new.types}</h2>
    <ul class="entries">${types.map(
      (type) =>
        html`<li><p class="entry-title"><a href="${newClientPath}/${type}">${text.types[type].name}</a></p><p>${text.types[type].hint}</p></li>`,
    )}</ul>
    <h2>${text.new.recipes}</h2>
    <p>${text.new.recipesHint}</p>
    <ul class="console-recipes">${recipes.map(
      ({ name, title }) => html`<li><a href="${newRecipePath}/${name}">${title}</a></li>`,
    )}</ul>`,
  });
};
