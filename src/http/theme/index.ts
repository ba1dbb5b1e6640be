/**
 * Owns the look that an operator gives the pages (`pages.theme`): reads and checks its files at start, and serves them
 * below `/theme`.
 *
 * files.ts         reads the images and the style sheet of the operator, and names them by their content
 * css-file.ts      what that style sheet may not have
 * theme.ts         puts them together, and checks the colors
 * routes.ts        the routes
 *
 * The colors are in views/theme.
 */
export { themeRoutes } from './routes.ts';
export { readTheme, type Theme, themeProblems } from './theme.ts';
