/** `npm start`: the command `start` of `postern`, with whatever flags follow. */
process.argv.splice(2, 0, 'start');
await import('./cli/main.ts');
