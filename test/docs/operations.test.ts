import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig } from '#config';
import { explanationOf } from '#src/error-codes.ts';
import { startInProcess } from '../support/setup/index.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): Promise<string> => readFile(join(root, path), 'utf8');
const sources = (pattern: string): Promise<string[]> =>
  Promise.all(globSync(pattern, { cwd: root }).map(read));
const found = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, one = '']) => one)),
];

t.test('every code that an operator may see is on the troubleshooting page', async (t) => {
  const page = await read('docs/operations/troubleshooting.md');
  const doctor = (await sources('src/services/doctor/*.ts')).join('\n');
  const findings = (await sources('{adapters/**,src/services/keys}/*{inspect,findings}.ts')).join('\n');
  const codes = [
    ...found(doctor, /\(\s*'([a-z]+(?:_[a-z]+)+)',\s/g),
    ...found(findings, /(?:code: |finding\(\s*)'([a-z_]+)'/g),
    ...['bad_configuration', 'cannot_listen', 'unusable', 'unavailable', 'key_encryption_key', 'remote_key'],
    ...[
      'demo_data',
      'copy_unfinished',
      'worker_failed',
      'key_missing',
      'store_unusable',
      'store_missing',
      'unreachable',
    ],
  ];
  t.ok(codes.length > 50, `${codes.length} codes`);
  t.same(
    codes.filter((code) => !page.includes(`\`${code}\``)),
    [],
  );
});

t.test('every other code has a page at /errors, or is on the troubleshooting page too', async (t) => {
  const page = await read('docs/operations/troubleshooting.md');
  const all = (await sources('{src,adapters,config}/**/*.ts')).join('\n');
  const codes = found(all, /\b(?:code|error): '([a-z]+(?:_[a-z]+)*)'/g);
  t.ok(codes.length > 60, `${codes.length} codes`);
  t.same(
    codes.filter((code) => !explanationOf(code) && !page.includes(`\`${code}\``)),
    [],
  );
});

t.test('metrics, their page and the dashboard use the same names', async (t) => {
  const token = 'the-token-of-the-scraper';
  const server = await startInProcess(t, { metrics: { enabled: true, token } });
  const text = await (
    await fetch(`${server.issuer}/metrics`, { headers: { authorization: `Bearer ${token}` } })
  ).text();
  const names = found(text, /^# TYPE (\w+) /gm);
  const base = (name: string): string => name.replace(/_(bucket|sum|count)$/, '');
  const page = await read('docs/operations/metrics.md');
  const dashboard = await read('docs/grafana/postern.json');
  const own = names.filter((name) => name.startsWith('postern_'));
  t.ok(own.length > 0);
  t.same(
    own.filter((name) => !page.includes(`\`${name}\``)),
    [],
    'every metric is explained',
  );
  for (const source of [page, dashboard]) {
    const cited = found(source, /\b((?:postern|nodejs|process)_[a-z0-9_]+[a-z0-9])\b/g);
    t.ok(cited.length > 0);
    t.same(
      cited.filter((name) => !names.includes(base(name))),
      [],
      'every cited metric exists',
    );
  }
  const { panels } = JSON.parse(dashboard);
  t.ok(panels.length > 15);
  t.equal(new Set(panels.map(({ id }: { id: number }) => id)).size, panels.length);
});

t.test(
  'the Kubernetes manifests hold a configuration that loads and probes that match the server',
  async (t) => {
    const cwd = t.testdir({
      'key-encryption-key': Buffer.alloc(32, 3).toString('base64'),
      'store-url': 'redis://:hunter2@redis:6379',
    });
    const [deployment, service, budget, policy] = parseAllDocuments(
      await read('examples/kubernetes/postern.yaml'),
    ).map((one) => one.toJS());
    const [container] = deployment.spec.template.spec.containers;
    const env = Object.fromEntries(
      container.env.map(({ name, value }: { name: string; value: string }) => [
        name,
        value.replace('/run/secrets/postern', cwd).replace('/etc/postern', join(root, 'examples/kubernetes')),
      ]),
    );
    const { config } = loadConfig({ env, cwd });
    t.match(config, { mode: 'production', store: { url: 'redis://:hunter2@redis:6379' } });
    const ports = container.ports.map(({ containerPort }: { containerPort: number }) => containerPort);
    t.same(ports, [config.listen.port, config.metrics.port]);
    t.equal(container.livenessProbe.httpGet.path, '/livez');
    t.equal(container.readinessProbe.httpGet.path, '/readyz');
    t.ok(
      (config.listen.drain_seconds ?? 0) > container.readinessProbe.periodSeconds * 2,
      'longer than two looks',
    );
    const pod = deployment.spec.template.spec;
    t.ok(pod.terminationGracePeriodSeconds > 20);
    t.equal(container.image, `postern:${JSON.parse(await read('package.json')).version}`);
    t.match(pod, { automountServiceAccountToken: false, enableServiceLinks: false });
    const user = /^USER (\d+):(\d+)$/m
      .exec(await read('Dockerfile'))
      ?.slice(1)
      .map(Number);
    t.same([pod.securityContext.runAsUser, pod.securityContext.runAsGroup], user, 'the user of the image');
    t.match(pod.securityContext, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    t.same(container.securityContext, {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    t.same(deployment.spec.strategy.rollingUpdate, { maxUnavailable: 0, maxSurge: 1 });
    t.equal(budget.spec.maxUnavailable, 1, 'a drain of nodes gets on, however few there are');
    t.same(service.spec.selector, deployment.spec.template.metadata.labels);
    t.same(budget.spec.selector, deployment.spec.selector);
    t.same(policy.spec.podSelector, deployment.spec.selector);
    const openToAll = policy.spec.ingress.filter(({ from }: { from?: unknown }) => !from);
    t.same(
      openToAll.flatMap(({ ports }: { ports: { port: string }[] }) => ports.map(({ port }) => port)),
      ['metrics'],
      'a pod that is not the proxy does not reach the port of the server',
    );
    const { resources, configMapGenerator } = parse(await read('examples/kubernetes/kustomization.yaml'));
    t.same(resources, ['postern.yaml']);
    t.same(configMapGenerator[0].files, ['postern-configuration.yaml']);
  },
);

t.test('examples outside of Kubernetes trust single addresses as the proxy', async (t) => {
  const texts = [
    ...(await sources('{docs,examples}/**/*.{md,yaml,yml}')),
    await read('postern.example.yaml'),
    await read('docker-compose.yml'),
  ];
  const trusted = texts.flatMap((text) => found(text, /(?:--proxy |trusted: *\[ *)"?([\d.:a-f]+\/\d+)/g));
  t.same(trusted, ['10.244.0.0/16'], 'where a network policy keeps other pods away');
});

t.test('the systemd unit provides what the server needs', async (t) => {
  const unit = await read('examples/systemd/postern.service');
  const values = (name: string): string[] => found(unit, new RegExp(`^${name}=(.*)$`, 'gm'));
  const environment = Object.fromEntries(values('Environment').map((one) => one.split(/=(.*)/s)));
  t.same(Object.keys(environment), [
    'NODE_COMPILE_CACHE',
    'POSTERN_CONFIG',
    'POSTERN_SECURITY__KEY_ENCRYPTION_KEY_FILE',
  ]);
  t.same([...values('CacheDirectory'), ...values('CacheDirectoryMode')], ['postern', '0700']);
  t.ok(Number(values('TimeoutStopSec')[0]) > 20, 'a drain is not cut off');
  t.same(values('RestartPreventExitStatus'), ['78']);
  t.same(values('KillMode'), ['mixed'], 'the first process signals the workers');
  t.same(values('StartLimitIntervalSec'), ['0'], 'it goes on trying while the store is away');
  t.same(values('ProtectSystem'), ['strict']);
  t.same(values('MemoryDenyWriteExecute'), [], 'which would keep JavaScript from running');
  const cwd = t.testdir({
    key: Buffer.alloc(32, 3).toString('base64'),
    'postern.yaml': 'issuer: https://id.example.com\nmode: production\n',
  });
  const env = {
    POSTERN_CONFIG: join(cwd, 'postern.yaml'),
    POSTERN_SECURITY__KEY_ENCRYPTION_KEY_FILE: join(cwd, 'key'),
  };
  t.equal(loadConfig({ env, cwd }).config.mode, 'production');
});
