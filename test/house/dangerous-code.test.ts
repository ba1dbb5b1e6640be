import t from 'tap';
import { matchesIn, shippedSources } from './sources.ts';

interface Danger {
  readonly what: string;
  readonly pattern: RegExp;
  /** Files in which the pattern is intended. */
  readonly except?: RegExp;
}

const dangers: readonly Danger[] = [
  // A pattern of the operator runs with a time limit, which only a context of its own has. Its script is a constant.
  {
    what: 'text run as code',
    pattern: /\beval\(|new Function\(|node:vm['"]/,
    except: /^src\/services\/profile-fields\/pattern\.ts$/,
  },
  { what: 'markup set from text', pattern: /\.(inner|outer)HTML\b|insertAdjacentHTML|document\.write/ },
  { what: 'TLS without a look at the certificate', pattern: /rejectUnauthorized|NODE_TLS_REJECT/ },
  // Pauses and choices of a server need not be secret.
  {
    what: 'randomness that can be foreseen',
    pattern: /Math\.random\b/,
    except: /^src\/store\/random\.ts$/,
  },
  // Redis names scripts by SHA-1; it protects nothing.
  {
    what: 'a broken hash',
    pattern: /createHash\('(md5|sha1)'|hash\('(md5|sha1)'/,
    except: /^adapters\/redis\/scripts\.ts$/,
  },
  // provider/outgoing/fetch.ts requests addresses that clients name; the others request the server itself or an address of the operator.
  {
    what: 'a request to elsewhere without limits on where',
    pattern:
      /(?<![.#\w])fetch\((?!nodes|await)\s*(url|`|'|new URL)|import\b[^;]*\brequest\b[^;]*node:https?'|from 'undici'/,
    except:
      /^src\/(provider\/outgoing\/fetch|services\/doctor\/get|features\/playground\/send|services\/keys\/remote-signer|cli\/health|testing\/[\w-]+)\.ts$/,
  },
  { what: 'a shell', pattern: /\bexecSync\(|\bexec\(\s*`|shell: true/, except: /^adapters\/embedded\// },
  // Forwarding headers are read only where trusted proxies are decided.
  {
    what: 'a forwarding header read',
    pattern: /headers\[?\.?['"]?(x-forwarded|forwarded)/i,
    except: /^src\/(http\/(engine\/index|forwarded-for)|features\/json-tokens\/[\w-]+)\.ts$/,
  },
];

const sources = shippedSources();

for (const { what, pattern, except } of dangers) {
  t.test(`no ${what}`, async (t) => {
    const read = sources.filter(({ file }) => !except?.test(file));
    t.same(matchesIn(read, pattern), []);
  });
}

t.test('every exception is needed', async (t) => {
  const unneeded = dangers.flatMap(({ what, pattern, except }) =>
    except &&
    matchesIn(
      sources.filter(({ file }) => except.test(file)),
      pattern,
    ).length === 0
      ? [what]
      : [],
  );
  t.same(unneeded, []);
});
