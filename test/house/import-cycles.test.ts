import t from 'tap';
import { importedFile, importsOf } from './import-graph.ts';
import { readSources } from './sources.ts';

type Graph = ReadonlyMap<string, readonly string[]>;

const reachableFrom = (start: string, graph: Graph): ReadonlySet<string> => {
  const reached = new Set<string>();
  const waiting = [...(graph.get(start) ?? [])];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (reached.has(file)) continue;
    reached.add(file);
    waiting.push(...(graph.get(file) ?? []));
  }
  return reached;
};

/** Files that reach each other form one cycle. */
const cyclesIn = (graph: Graph): readonly string[] => {
  const reachable = new Map([...graph.keys()].map((file) => [file, reachableFrom(file, graph)] as const));
  const cycles = [...reachable].flatMap(([file, reached]) => {
    if (!reached.has(file)) return [];
    const members = [...reached].filter((other) => reachable.get(other)?.has(file));
    return members.toSorted().join(' <-> ');
  });
  return [...new Set(cycles)];
};

const graph: Graph = new Map(
  readSources('config/**/*.ts', 'adapters/**/*.ts', 'src/**/*.ts').map(
    (source) =>
      [
        source.file,
        importsOf(source).flatMap((specifier) => importedFile(source.file, specifier) ?? []),
      ] as const,
  ),
);

t.test('the search finds a cycle, and a file on the way to it is no part of it', async (t) => {
  const example = new Map([
    ['start', ['a']],
    ['a', ['b']],
    ['b', ['a']],
  ]);
  t.strictSame(cyclesIn(example), ['a <-> b']);
});

t.test('no file imports itself by way of other files, not even for a type', async (t) => {
  t.strictSame(cyclesIn(graph), []);
});
