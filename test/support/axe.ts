import { readFileSync } from 'node:fs';
import type { Page as Tab } from 'playwright-core';

const script = readFileSync(new URL(import.meta.resolve('axe-core/axe.min.js')), 'utf8');

/** Only these rules can differ between the color schemes. */
export const colorRules = { runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] } };

/**
 * What axe finds on the page. The script is evaluated from outside, so the page's policy needn't allow it. It has half
 * a megabyte and its results are as large, so a page gets it once and answers with the violations alone.
 */
export const axeViolations = async (tab: Tab, options: object = {}): Promise<readonly string[]> => {
  if (!(await tab.evaluate<boolean>('"axe" in window'))) await tab.evaluate(`void (() => { ${script} })()`);
  return tab.evaluate<readonly string[]>(
    `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], ...options })}).then(({ violations }) =>
      violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => id + ': ' + html + ' ' + (failureSummary ?? ''))))`,
  );
};
