/** The ten voices built into OpenAI's realtime models. Which of them may be asked for is `ALLOWED_VOICES`. */
export interface Voice {
  /** One line for an extension's picker. */
  readonly description: string
}

export const VOICES = {
  verse: { description: 'Balanced, professional and warm.' },
  cedar: { description: 'Deep and authoritative.' },
  marin: { description: 'Light, conversational and energetic.' },
  alloy: { description: 'One of OpenAI’s built-in voices. Give it a listen.' },
  ash: { description: 'Built into OpenAI’s realtime models. Try it on a hot take.' },
  ballad: { description: 'A ready-made OpenAI voice. Try it in a debate.' },
  coral: { description: 'From OpenAI’s standard set. Hear it before game time.' },
  echo: { description: 'A stock OpenAI voice. Audition it on your own sport.' },
  sage: { description: 'Another built-in OpenAI voice. Let your ear decide.' },
  shimmer: { description: 'Comes with OpenAI’s realtime models. Sample it and see.' },
} as const satisfies Record<string, Voice>
