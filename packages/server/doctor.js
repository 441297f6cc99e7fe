// Plain JavaScript, so that an older Node can run it far enough to say what is wrong.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `Parker needs Node 24 or newer; this is ${process.version}.\n` +
      'On Linux `npm ci` brings Node 24 along (leave out --omit=optional); elsewhere install it from https://nodejs.org.\n',
  )
  process.exit(1)
}
// As for the start: an empty value counts as unset, so it must not keep .env from setting it.
for (const [name, value] of Object.entries(process.env)) if (value === '') delete process.env[name]
try {
  process.loadEnvFile('.env')
} catch (error) {
  if (error.code !== 'ENOENT') {
    process.stderr.write(`.env cannot be read (${error.code}).\n`)
    process.exit(1)
  }
}
const { main } = await import('./src/doctor/main.ts')
process.exitCode = await main(process.argv.slice(2), process.env)
