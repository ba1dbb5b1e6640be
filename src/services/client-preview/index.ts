/**
 * Owns the answer to "what would this person get in this application, and why?". It asks the rules that the engine asks
 * (src/provider) and issues nothing: no code, no token, no record.
 *
 * scopes.ts says which scopes would be granted, claims.ts which claims follow, preview.ts puts both together.
 */
export { createPreview, type Preview } from './preview.ts';
