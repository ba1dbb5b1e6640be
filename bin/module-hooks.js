/**
 * Finds and reads the modules of Postern as Node does, in less time. A start imports a thousand of them, and for each
 * import Node follows links and looks for a package.json in every folder above, which takes a quarter of the start.
 * Where these modules are and which format they have is known. All other imports are left to Node.
 */
const { readFileSync } = require('node:fs');
const { registerHooks } = require('node:module');
const { fileURLToPath, pathToFileURL } = require('node:url');

/** Packages of many files that import each other by relative paths, and that have one package.json. */
const isEngine = (url) => /\/node_modules\/(?:oidc-provider|jose)\/(?!.*\/node_modules\/)/.test(url);

/** `ending` is `.ts` in a checkout and `.js` in a package. */
const createModuleHooks = (root, ending) => {
  const home = pathToFileURL(`${root}/`).href;
  const folders = ['src', 'config', 'adapters'].map((folder) => `${home}${folder}/`);
  const isOwn = (url) => folders.some((folder) => url.startsWith(folder));
  const own = (url) => ({
    url,
    format: ending === '.ts' ? 'module-typescript' : 'module',
    shortCircuit: true,
  });
  /** What Node found for the name of a package. It is the same for all modules in the folders. */
  const found = new Map();

  const findPackage = (specifier, context, next) => {
    const known = found.get(specifier) ?? { ...next(specifier, context), shortCircuit: true };
    found.set(specifier, known);
    return known;
  };

  const resolveOwn = (specifier, context, next) => {
    if (specifier.startsWith('node:')) return { url: specifier, shortCircuit: true };
    if (specifier === '#config') return own(`${home}config/index${ending}`);
    if (specifier.endsWith(ending)) {
      if (specifier.startsWith('#')) return own(home + specifier.slice(1));
      if (specifier.startsWith('.')) return own(new URL(specifier, context.parentURL).href);
    }
    return /^[a-z@]/.test(specifier) && !specifier.includes(':')
      ? findPackage(specifier, context, next)
      : next(specifier, context);
  };

  return {
    resolve(specifier, context, next) {
      const from = context.parentURL;
      // `require` of a package may find another file than `import`.
      if (from === undefined || !context.conditions.includes('import')) return next(specifier, context);
      if (isOwn(from)) return resolveOwn(specifier, context, next);
      if (isEngine(from) && specifier.startsWith('.') && specifier.endsWith('.js'))
        return { url: new URL(specifier, from).href, format: 'module', shortCircuit: true };
      return next(specifier, context);
    },
    load(url, context, next) {
      const { format } = context;
      if ((format !== 'module-typescript' && format !== 'module') || !(isOwn(url) || isEngine(url)))
        return next(url, context);
      return { format, source: readFileSync(fileURLToPath(url), 'utf8'), shortCircuit: true };
    },
  };
};

/** A program that is loaded first, such as one for tracing, may have hooks that have to see all imports. */
const isLoadedFirst = /(?:^|\s)(?:-r|--require|--import|--loader|--experimental-loader)\b/;

const addModuleHooks = (root, ending) => {
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ');
  if (!isLoadedFirst.test(options)) registerHooks(createModuleHooks(root, ending));
};

module.exports = { createModuleHooks, addModuleHooks };
