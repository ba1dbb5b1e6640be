/**
 * Measures Postern against its floor and its peers: `npm run bench -- --help`. Each contestant is a process of its own
 * on loopback; what counts is the processor time that the operating system says a request took. Owns no rule of the
 * server, and nothing of the server knows of it.
 */
import { parseArgs } from 'node:util';
import { flows } from './flows.ts';
import { startGenerator } from './load/generator.ts';
import { formatTable, writeReport } from './report.ts';
import { measureFlows } from './sections/flows.ts';
import type { Result, Section } from './sections/section.ts';
import {
  compareTokenEndpoints,
  measureManyClients,
  measureManyGrants,
  measureObservability,
  measureSteadyRate,
  varyConnections,
  varyWorkers,
} from './sections/variants.ts';
import { measureSignInMemory, measureStart } from './sections/weight.ts';

const sections: Readonly<Record<string, Section>> = {
  flows: measureFlows,
  doors: compareTokenEndpoints,
  observing: measureObservability,
  connections: varyConnections,
  clients: measureManyClients,
  rate: measureSteadyRate,
  workers: varyWorkers,
  start: measureStart,
  memory: measureSignInMemory,
  grants: measureManyGrants,
};

const help = `npm run bench -- [options]

  --quick             some of it, in less than two minutes
  --section NAME      ${Object.keys(sections).join(', ')}; may be repeated
  --flow NAME         ${Object.keys(flows).join(', ')};
                      may be repeated, for the section flows
  --only TEXT         contestants of the section flows whose name holds it; may be repeated
  --rounds N          rounds that the contestants take turns in (24)
  --requests N        requests of one contestant in one round (500)
  --against FOLDER    another checkout of Postern takes part in the section flows
  --profile FOLDER    write processor profiles of Postern there
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    section: { type: 'string', multiple: true, default: [] },
    flow: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string' },
    requests: { type: 'string' },
    profile: { type: 'string' },
    against: { type: 'string' },
  },
});

if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

const { quick, profile, against } = values;
const effort = {
  rounds: Number(values.rounds ?? (quick ? 5 : 24)),
  perRound: Number(values.requests ?? (quick ? 200 : 500)),
  // Until the compiler has nothing left to do: before that it takes up to a third of the processor.
  warmUp: quick ? 1000 : 16000,
};

const sectionNames = values.section.length > 0 ? values.section : Object.keys(sections);
const quickSections = ['flows', 'doors', 'memory', 'start'];
const results: Result[] = [];
const report = (result: Result): void => {
  results.push(result);
  process.stdout.write(`${formatTable(result)}\n`);
};

const generator = startGenerator();
try {
  for (const name of sectionNames) {
    const section = sections[name];
    if (!section) throw new Error(`there is no section ${name}: ${Object.keys(sections).join(', ')}`);
    if (quick && values.section.length === 0 && !quickSections.includes(name)) continue;
    await section({
      generator,
      effort,
      quick,
      flowNames: values.flow,
      labelFilters: values.only,
      report,
      ...(profile !== undefined && { profile }),
      ...(against !== undefined && { against }),
    });
  }
} finally {
  if (results.length > 0) process.stdout.write(`\n${writeReport(results)}\n`);
  await generator.close();
}
