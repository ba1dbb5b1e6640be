export const introduction = `# Configuration

<!-- Made by \`postern config reference\`; a test holds it to the code. -->

Values come from four sources; a later one replaces an earlier one, key by key:

1. the defaults below;
2. a file: \`postern.yaml\` in the working directory where it exists, or the one that \`--config FILE\` or \`POSTERN_CONFIG\` names;
3. the environment: \`POSTERN_STORE__URL\` is \`store.url\`, two underscores lead into a section or a list (\`POSTERN_CLIENTS__0__CLIENT_NAME\`). A text is taken as it stands, anything else is read as JSON or YAML (\`POSTERN_PAGES__LANGUAGES='[en, de]'\`). An empty variable counts as not set;
4. flags: \`--set listen.port=8080\`, as often as wanted.

\`postern config check\` reports every mistake at once (exit code 78), \`postern config print\` shows what is in force, where it comes from, and no secret. Editors that understand JSON Schema complete and check the file with \`config/postern.schema.json\`.

**Secrets** can stay out of the file and the environment: for a secret \`key\`, \`key_file\` (or \`POSTERN_…_FILE\`) names a file that holds it; one line break at its end is dropped. A name in the configuration file starts from the folder of that file, any other from the working directory. A list of secrets takes one a line.

**Production** (\`mode: production\`) refuses to start with an issuer that is not https (loopback excepted), without \`security.key_encryption_key\`, with demo data, with \`memory:\`, and with client secrets or passwords in plain text in the file: name a file, or use a hash.`;
