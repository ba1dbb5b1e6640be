import { readFileSync } from 'node:fs';
import t from 'tap';
import {
  authenticationStep,
  contextStep,
  deviceErrorNames,
  jwtRefusalStep,
  staleFormDescriptions,
  submittingFormTitle,
  unknownCodeDetails,
  unregisteredPostLogoutUri,
} from '#src/provider/engine-texts.ts';

/** The text in the engine's own files, which it composes from these parts. */
const places: readonly (readonly [file: string, ...texts: (string | undefined)[]])[] = [
  ['actions/grants/authorization_code.js', 'authorization code is expired', "'authorization code',"],
  ['helpers/grant_source.js', '} not found'],
  ['shared/xsrf.js', 'xsrf token invalid'],
  ['actions/end_session.js', unregisteredPostLogoutUri],
  ['actions/code_verification.js', 'could not find device form details'],
  ['response_modes/form_post.js', submittingFormTitle],
  ['helpers/re_render_errors.js', ...Object.values(deviceErrorNames).map((name) => `class ${name} `)],
  ['helpers/initialize_app.js', `const ${contextStep} = async (ctx, next)`],
  ['shared/reject_structured_tokens.js', `async function ${jwtRefusalStep}(ctx, next)`],
  ['shared/client_auth.js', `async function ${authenticationStep}(ctx, next)`],
];

t.test('the engine still has the texts that behaviour depends on', async (t) => {
  const gone = places.flatMap(([file, ...texts]) => {
    const source = readFileSync(`node_modules/oidc-provider/lib/${file}`, 'utf8');
    return texts
      .filter((text) => text === undefined || !source.includes(text))
      .map((text) => `${file}: ${text}`);
  });
  t.same(gone, []);
  t.same([...unknownCodeDetails], ['authorization code not found', 'authorization code is expired']);
  t.same([...staleFormDescriptions], ['xsrf token invalid', 'could not find device form details']);
});
