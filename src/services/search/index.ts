/**
 * Owns searching records by the beginning of a text: how texts are folded, which entries a record has, and a page of
 * results. The records and their indexes belong to services/accounts and services/clients.
 */
export { indexExisting } from './index-existing.ts';
export { search } from './search.ts';
export { searchEntries, searchText, searchTexts } from './search-text.ts';
