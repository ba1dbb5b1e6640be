import type { ConsoleRoute } from './section.ts';

/** A page with a form: its GET and its POST, in one handler. */
export const formRoutes = (route: Omit<ConsoleRoute, 'method'>): readonly ConsoleRoute[] => [
  { ...route, method: 'GET' },
  { ...route, method: 'POST' },
];
