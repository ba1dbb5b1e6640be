import { exchangeWithGroups } from '../flows.ts';
import { measureInterleaved } from '../measure/rounds.ts';
import { startPostern } from '../subjects/postern.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

const counts = [0, 20, 200];

/** Codes of a person in more and more groups. The names are in the ID token; 20 may add 5 % and 200 may add 20 %. */
export const measureGroups: Section = async ({ generator, effort, report }) => {
  const servers = [];
  for (const groups of counts) servers.push(await startPostern({ groups }));
  const rows = await measureInterleaved(
    generator,
    servers.map((server, at) => createWorkload(`${counts[at]} groups`, server, exchangeWithGroups)),
    effort,
  );
  report({ title: 'code exchange, ES256, by groups of the person', rows });
  for (const server of servers) await server.close();
};
