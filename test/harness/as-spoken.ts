import { speak } from '../../packages/emulator/src/media/speech.ts'

/** The words that the emulator really says for a text: on a machine without espeak-ng those of a clip. */
export async function asSpoken(text: string): Promise<string> {
  return (await speak(text, 'verse')).transcript
}
