// Plain JavaScript, so that it also runs where the rest would not.

/** The first that runs TypeScript as it stands. */
const OLDEST = [22, 18];

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])) {
  console.error(
    `Node ${process.versions.node} is too old: this needs ${OLDEST.join('.')}. On Linux, "npm ci" brings Node 24 along; elsewhere install it yourself.`,
  );
  process.exit(2);
}
