/**
 * Owns the demo data of a new installation in development mode: an account, a client of each type, and an API.
 * Production mode refuses to start on it. Printing its secrets belongs to greeting.ts; the playground only uses its API.
 */
export { demoResource, withDemoResource } from './demo-data.ts';
export { assertNoDemo, type Demo, ensureDemo } from './ensure-demo.ts';
