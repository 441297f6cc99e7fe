/** What the emulator loads with its first call, loaded before it, so that the first click connects like any other. */
export async function warmUp(): Promise<void> {
  const { loadWebRtc } = await import('../packages/emulator/src/media/connection.ts')
  await Promise.all([
    loadWebRtc(),
    import('../packages/emulator/src/media/peer.ts'),
    import('../packages/emulator/src/media/speech.ts'),
    import('../packages/emulator/src/realtime/realtime.ts'),
  ])
}
