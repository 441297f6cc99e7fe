import { type Price, tokenCost } from '../packages/server/src/catalogue/prices.ts'
import type { Cell } from './cells.ts'

/** OpenAI's cost guide: assistant audio is one token for 50 ms. */
const AUDIO_TOKENS_PER_SECOND = 20
/** The usual rule for English. */
const CHARACTERS_PER_TOKEN = 4
/** 150 words a minute, which is slow, so that the estimate is rather too high. */
const SECONDS_PER_WORD = 0.4
/** A free reply of one to three sentences. */
const FREE_REPLY_SECONDS = 15

type Prices = Readonly<Record<string, Price>>

/** What the cells will cost, USD; null where the price of their model is not known. */
export function estimate(cells: readonly Cell[], prices: Prices): number | null {
  const costs = cells.map(cell => cellCost(cell, prices[cell.model]))
  return costs.every(cost => cost !== null) ? costs.reduce((a, b) => a + b, 0) : null
}

/** Every turn reads everything before it again; that some of it is cached, and cheaper, is left out. */
function cellCost({ instructions, turns }: Cell, price: Price | undefined): number | null {
  if (!price) return null
  let [textBefore, audioBefore, usd] = [instructions.length / CHARACTERS_PER_TOKEN, 0, 0]
  for (const { prompt } of turns) {
    const seconds = prompt.asked === null ? FREE_REPLY_SECONDS : prompt.asked.split(/\s+/).length * SECONDS_PER_WORD
    const [textOut, audioOut] = [seconds * 4, seconds * AUDIO_TOKENS_PER_SECOND]
    textBefore += prompt.text.length / CHARACTERS_PER_TOKEN
    usd += tokenCost(price, { text_in: textBefore, audio_in: audioBefore, text_out: textOut, audio_out: audioOut })
    textBefore += textOut
    audioBefore += audioOut
  }
  return usd
}

/** The estimate in a sentence, with where its prices come from. */
export function inWords(usd: number | null, model: string, prices: Prices): string {
  const price = prices[model]
  if (usd === null || !price) return `No price of ${model} is known here, so what this costs cannot be said.`
  return `This will cost about $${usd.toFixed(2)} (${model}; prices${price.date && ` of ${price.date}`}: ${price.source}).`
}
