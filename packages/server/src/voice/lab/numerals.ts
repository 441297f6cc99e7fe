const SMALL = [
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'],
  ...['thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
]
const TENS = ['', '', 'twenty', 'thirty', 'forty', 'fifty', 'sixty', 'seventy', 'eighty', 'ninety']

/** 0 to 999 as one says it, without "and": a transcript may write 101 where "one hundred one" was to be said. */
export function spelled(number: number): string[] {
  const [hundreds, rest] = [Math.floor(number / 100), number % 100]
  if (hundreds > 0) return [SMALL[hundreds] ?? '', 'hundred', ...(rest > 0 ? spelled(rest) : [])]
  if (number < 20) return [SMALL[number] ?? '']
  return [TENS[Math.floor(number / 10)] ?? '', ...(number % 10 > 0 ? [SMALL[number % 10] ?? ''] : [])]
}
