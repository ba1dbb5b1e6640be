/**
 * What a newcomer finds on a fresh installation in development: a person, a client of each type, an API. Production
 * refuses to start on it. Not here: what is printed about it (main), and the playground that uses it.
 */
export { demoResource, withDemoResource } from './demo-data.ts';
export { assertNoDemo, type Demo, ensureDemo } from './ensure-demo.ts';
