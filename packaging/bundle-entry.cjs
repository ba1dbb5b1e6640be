// The start of postern.cjs. It says what to do on a Node that can read the file, but not run the program.
const [major, minor] = process.versions.node.split('.').map(Number);

if (major < 24 || (major === 24 && minor < 11)) {
  process.stderr.write(
    `postern: this is Node ${process.versions.node}, but Node 24.11 or a later LTS release is needed: install it and start again.\n`,
  );
  process.exitCode = 1;
} else require('../src/cli/main.ts');
