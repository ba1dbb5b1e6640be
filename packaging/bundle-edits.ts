/**
 * What libraries do when they are loaded, and what a server of Postern needs late or never. The bundle leaves it out or
 * puts it off. The build fails when a new release of a library no longer has the text.
 */
import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Loader, Plugin } from 'esbuild';

interface Edit {
  readonly file: RegExp;
  readonly edit: (text: string) => string;
}

/** What the engine's responses have, and what it asks requests for by a short name. */
const types = ['text/html', 'text/plain', 'application/json', 'application/octet-stream'];

/** The logger writes in the thread that logs. */
const putOffLogThreads = (text: string): string =>
  text.replace(/(transport = )(require\('.+\/transport'\))/, '$1(...args) => $2(...args)');

const edits: readonly Edit[] = [
  {
    // Formatting lists of words loads the data of languages, 6 MB of memory, for the messages of some refusals.
    file: /^node_modules\/oidc-provider\/lib\/helpers\/formatters\.js$/,
    edit: (text) =>
      text.replaceAll(
        /new Intl\.ListFormat\(.*\)/g,
        (formatter) => `{ format: (list) => ${formatter}.format(list) }`,
      ),
  },
  {
    // The first look at these classes loads all of fetch and of the streams of the web. No response of the engine is one,
    // and no snapshot is built.
    file: /^node_modules\/koa\/lib\/(?:application|response)\.js$/,
    edit: (text) =>
      text
        .replaceAll(/\w+ instanceof (?:Response|ReadableStream)/g, 'false')
        .replace("require('node:v8')", '{}'),
  },
  {
    // Koa has the list of all media types, twice, and makes four tables of it.
    file: /\/mime-db\/db\.json$/,
    edit: (text) => {
      const all: Readonly<Record<string, unknown>> = JSON.parse(text);
      return JSON.stringify(Object.fromEntries(types.map((type) => [type, all[type]])));
    },
  },
  {
    // Warnings of libraries about their use look for the line that calls them, and V8 counts the lines of the whole bundle.
    file: /\/depd\/index\.js$/,
    edit: () => "module.exports = require('./lib/browser/index.js');",
  },
  {
    // The router makes a function for each part of a path, at each start, that compares as `indexOf` does.
    file: /^node_modules\/find-my-way\/lib\/node\.js$/,
    edit: (text) => text.replace('LONG_PREFIX_MIN_LENGTH = 16', 'LONG_PREFIX_MIN_LENGTH = 2'),
  },
  {
    // The router compiles two functions for each route, and most routes get the same ones.
    file: /^node_modules\/find-my-way\/lib\/handler-storage\.js$/,
    edit: (text) =>
      `${text.replaceAll('new Function(', 'compileOnce(')}
      const compiled = new Map()
      function compileOnce (parameter, body) {
        const key = parameter + ' ' + body
        if (!compiled.has(key)) compiled.set(key, new Function(parameter, body))
        return compiled.get(key)
      }`,
  },
  {
    // Each route gets a bound copy of each hook of its scope. Those of one scope are the same.
    file: /^node_modules\/fastify\/lib\/route\.js$/,
    edit: (text) =>
      `${text.replace(
        /const toSet = this\[kHooks\]\[hook\]\s+\.concat\(opts\[hook\] \|\| \[\]\)\s+\.map\(h => h\.bind\(this\)\)/,
        'const toSet = bindHooks(this, this[kHooks][hook]).concat([].concat(opts[hook] || []).map(h => h.bind(this)))',
      )}
      const boundHooks = new WeakMap()
      function bindHooks (scope, hooks) {
        let bound = boundHooks.get(hooks)
        if (bound?.scope !== scope || bound.all.length !== hooks.length) {
          bound = { scope, all: hooks.map(h => h.bind(scope)) }
          boundHooks.set(hooks, bound)
        }
        return bound.all
      }`,
  },
  {
    // V8 optimizes a loop of this length at once, and loads its compiler.
    file: /^node_modules\/oidc-provider\/lib\/helpers\/nanoid\.js$/,
    edit: (text) => text.replace('POOL_SIZE = 4096', 'POOL_SIZE = 512'),
  },
  {
    // The logger asks who calls it, for paths of log threads, which Postern has none of. V8 counts the lines for that.
    file: /^node_modules\/pino\/pino\.js$/,
    edit: (text) =>
      putOffLogThreads(text).replace(
        'normalize(instance, caller(), ...args)',
        'normalize(instance, [], ...args)',
      ),
  },
  {
    // HTTP/2 and TLS end at the proxy.
    file: /^node_modules\/fastify\/lib\/server\.js$/,
    edit: (text) => text.replace(/require\('node:http(?:2|s)'\)/g, 'undefined'),
  },
  {
    // The lock file chose versions that fit, and these checks load 47 files.
    file: /^node_modules\/fastify\/lib\/plugin-utils\.js$/,
    edit: (text) =>
      text.replace("const semver = require('semver')", '').replace('checkVersion.call(this, fn)', ''),
  },
  {
    // The router asks of its own three patterns, at each start, whether they are safe.
    file: /^node_modules\/find-my-way\/index\.js$/,
    edit: (text) =>
      text
        .replaceAll(/!isRegexSafe\([A-Z_]+\)/g, 'false')
        .replace("= require('safe-regex2')", "= (pattern) => require('safe-regex2')(pattern)"),
  },
  {
    // No response of the engine compresses.
    file: /^node_modules\/destroy\/index\.js$/,
    edit: (text) => text.replace("require('zlib')", '{}').replace('isZlibStream(stream)', 'false'),
  },
  {
    // No route of Postern has a schema of Fastify.
    file: /^node_modules\/fastify\/lib\/schema-controller\.js$/,
    edit: (text) => text.replaceAll(/require\('@fastify\/[\w-]+-compiler'\)/g, 'undefined'),
  },
  {
    // Only tests answer requests without a connection.
    file: /^node_modules\/fastify\/fastify\.js$/,
    edit: (text) => text.replace("require('light-my-request')", 'undefined'),
  },
  {
    // Mail has no files attached.
    file: /^node_modules\/nodemailer\/dist\/esm\/mime-funcs\/mime-types\.js$/,
    edit: (text) => text.replaceAll(/new Map\(\[[^;]+\]\);/g, 'new Map();'),
  },
  {
    file: /^node_modules\/pino\/lib\/tools\.js$/,
    edit: putOffLogThreads,
  },
];

export const editLibraries = (root: string): Plugin => ({
  name: 'edits',
  setup(plugin) {
    const pending = new Set(edits);
    for (const one of edits) {
      const filter = new RegExp(one.file.source.replace('^', '/'));
      plugin.onLoad({ filter }, async ({ path }) => {
        if (!one.file.test(relative(root, path))) return undefined;
        const text = await readFile(path, 'utf8');
        const contents = one.edit(text);
        if (contents === text) return { errors: [{ text: `${path} has another text now` }] };
        pending.delete(one);
        const loader: Loader = path.endsWith('.json') ? 'json' : 'js';
        return { contents, loader };
      });
    }
    plugin.onEnd(() => ({
      errors: [...pending].map(({ file }) => ({ text: `${file} is not in the bundle` })),
    }));
  },
});
