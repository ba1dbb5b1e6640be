import { Browser, type Page } from './setup/index.ts';

/** One step of the conformance suite's browser, as its plans write it. */
type Command = readonly (string | number)[];

interface Task {
  readonly task: string;
  readonly match: string;
  readonly optional?: boolean;
  readonly commands?: readonly Command[];
}

export interface BrowserEntry {
  readonly match: string;
  readonly 'match-limit'?: number;
  readonly tasks: readonly Task[];
}

const escaped = (text: string): string => text.replaceAll(/[.?+^$()[\]{}|\\]/g, '\\$&');

const matchesGlob = (url: string, glob: string): boolean =>
  new RegExp(`^${glob.split('*').map(escaped).join('.*')}$`).test(url);

const attributeOf = (tag: string, name: string): string | undefined =>
  new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1]?.replaceAll('&amp;', '&').replaceAll('&#39;', "'");

const hasFlag = (tag: string, name: string): boolean => new RegExp(`\\s${name}(?=[\\s>=])`).test(tag);

const elements = /<(?:input|button|textarea)\b[^>]*>/g;

const selects = (tag: string, how: string, selector: string): boolean => {
  if (how === 'class') return (attributeOf(tag, 'class') ?? '').split(' ').includes(selector);
  if (how === 'name' || how === 'id') return attributeOf(tag, how) === selector;
  const [, name] = /^input\[name=(\w+)\]:not\(\[readonly\]\)$/.exec(selector) ?? [];
  if (how !== 'css' || name === undefined) throw new Error(`the browser of the test can't read ${selector}`);
  return attributeOf(tag, 'name') === name && !hasFlag(tag, 'readonly');
};

/**
 * Follows the tasks of a plan as the suite's browser does: without JavaScript, command by command, and with an error
 * wherever that one has an error. The suite itself is not there: each of its addresses has a page that says so.
 */
export class SuiteBrowser {
  readonly #browser = new Browser();
  readonly #suite: string;
  readonly #uses = new Map<BrowserEntry, number>();
  #page: Page = { status: 0, url: 'about:blank', headers: new Headers(), body: '' };
  #typed = new Map<string, string>();
  /** The parameters that the suite got last, in the query or in a form. */
  received = new URLSearchParams();

  constructor(suite: string) {
    this.#suite = suite;
  }

  get page(): Page {
    return this.#page;
  }

  async #load(url: string, init?: RequestInit): Promise<void> {
    this.#typed = new Map();
    const isOfSuite = (target: string) => new URL(target).origin === this.#suite;
    let target = url;
    if (!isOfSuite(url)) {
      this.#page = await this.#browser.open(url, init);
      const location = this.#page.headers.get('location');
      if (location === null) return;
      target = new URL(location, this.#page.url).href;
      if (!isOfSuite(target)) throw new Error(`the browser was sent to ${target}`);
    }
    const { searchParams } = new URL(target);
    this.received = init?.body instanceof URLSearchParams && isOfSuite(url) ? init.body : searchParams;
    const body = '<p id="submission_complete">The suite</p>';
    this.#page = { status: 200, url: target, headers: new Headers(), body };
  }

  #find(how: string, selector: string): { readonly tag: string; readonly form: string } | undefined {
    for (const [form] of this.#page.body.matchAll(/<form\b[\s\S]*?<\/form>/g)) {
      const tag = form.match(elements)?.find((one) => selects(one, how, selector));
      if (tag !== undefined) return { tag, form };
    }
    return undefined;
  }

  #fieldsOf(form: string, button: string): URLSearchParams {
    const fields = new URLSearchParams();
    for (const tag of form.match(elements) ?? []) {
      const [name, type] = [attributeOf(tag, 'name'), attributeOf(tag, 'type')];
      const isPressed = tag === button || (type !== 'submit' && !tag.startsWith('<button'));
      if (name === undefined || !isPressed || (type === 'checkbox' && !hasFlag(tag, 'checked'))) continue;
      fields.append(name, this.#typed.get(name) ?? attributeOf(tag, 'value') ?? '');
    }
    return fields;
  }

  async #run([name, how, selector, value, ...more]: Command): Promise<void> {
    const found = name === 'wait' ? undefined : this.#find(String(how), String(selector));
    switch (name) {
      case 'wait': {
        const [words, mode] = more;
        const text = this.#page.body.replaceAll('’', "'");
        const shows = how === 'id' ? text.includes(`id="${selector}"`) : new RegExp(String(words)).test(text);
        if (shows || String(mode).endsWith('-optional')) return;
        throw new Error(`${this.#page.url} does not show ${words ?? selector}: ${text.slice(0, 3000)}`);
      }
      case 'text':
        if (!found && more.includes('optional')) return;
        if (!found) throw new Error(`${this.#page.url} has no ${selector}`);
        if (hasFlag(found.tag, 'readonly')) throw new Error(`${selector} is read-only`);
        this.#typed.set(attributeOf(found.tag, 'name') ?? '', String(value));
        return;
      case 'click': {
        if (!found && value === 'optional') return;
        if (!found) throw new Error(`${this.#page.url} has no ${selector}`);
        const action = new URL(attributeOf(found.form, 'action') ?? '', this.#page.url).href;
        const body = this.#fieldsOf(found.form, found.tag);
        await this.#load(action, {
          method: 'POST',
          body,
          headers: { origin: new URL(this.#page.url).origin },
        });
        return;
      }
      default:
        throw new Error(`the suite's browser has no command ${name}`);
    }
  }

  /** Opens an address and runs the tasks of the first entry that matches it. */
  async follow(url: string, entries: readonly BrowserEntry[]): Promise<void> {
    const entry = entries.find(
      (one) =>
        matchesGlob(url, one.match) && (this.#uses.get(one) ?? 0) < (one['match-limit'] ?? Number.MAX_VALUE),
    );
    if (!entry) throw new Error(`no entry matches ${url}`);
    this.#uses.set(entry, (this.#uses.get(entry) ?? 0) + 1);
    await this.#load(url);
    for (const { task, match, optional = false, commands = [] } of entry.tasks) {
      if (matchesGlob(this.#page.url, match)) for (const command of commands) await this.#run(command);
      else if (!optional)
        throw new Error(`"${task}" does not match ${this.#page.url}: ${this.#page.body.slice(0, 3000)}`);
    }
  }
}
