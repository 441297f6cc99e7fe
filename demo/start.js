// Plain JavaScript, so that an older Node can run it far enough to say what is wrong. Reads no `.env`.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `The demo needs Node 24 or newer; this is ${process.version}.\n` +
      'On Linux `npm ci` brings Node 24 along (leave out --omit=optional); elsewhere install it from https://nodejs.org.\n',
  )
  process.exit(1)
}
const { main } = await import('./main.ts')
await main(process.argv.slice(2), process.env)
