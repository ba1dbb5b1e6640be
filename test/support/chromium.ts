import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** The shell opens no windows: a tab costs a third of the processor time that it costs Chromium itself. */
const names = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

/** The packages of Debian, one choice after the other. Recommended packages bring a desktop. */
const choices = [['chromium-headless-shell', 'fonts-liberation'], ['chromium']];
const installer = 'apt-get';
/** Another test file may be installing it. */
const options = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300'];

/** Starts a headless Chromium with an empty profile; the caller closes it. */
export const launchChromium = (more: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: findChromium(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });

const findChromium = (): string => {
  const found = process.env['CHROMIUM_PATH'] ?? onPath();
  if (found) return found;
  if (process.getuid?.() === 0) {
    for (const packages of choices) {
      try {
        execFileSync(installer, [...options, ...packages], { stdio: 'ignore' });
        break;
      } catch {
        // This isn't Debian, or there is no network: the error below says what to do.
      }
    }
  }
  const installed = onPath();
  if (installed) return installed;
  throw new Error(
    'no Chromium found: run `apt-get install -y chromium-headless-shell`, or set CHROMIUM_PATH to a Chromium or Chrome',
  );
};

const onPath = (): string | undefined =>
  names
    .flatMap((name) => (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name)))
    .find(executable);

const executable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};
