import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { fromWav } from '../packages/server/src/voice/lab/sound.ts'
import { openBrowser } from './harness/browser.ts'
import { API_KEY } from './harness/service.ts'
import { babble } from './harness/signals.ts'
import { saying, startTalker, type Talker } from './harness/talker.ts'

const ENTRY = fileURLToPath(new URL('../voice-lab/start.js', import.meta.url))
const SHORT = ['--no-talk', '--say', 'Nothing but net.']

interface Ended {
  code: number
  out: string
}

/** Runs the command in the temporary folder, where no `.env` is. */
function run(args: readonly string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise(resolve => {
    const options = { cwd: tmpdir(), env: { PATH: process.env.PATH, ...env } }
    execFile(process.execPath, [ENTRY, ...args], options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, out: stdout + stderr }),
    )
  })
}

const resultsIn = (folder: string) => JSON.parse(readFileSync(join(folder, 'results.json'), 'utf8'))

describe('npm run voice-test', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'voice-test-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  it('tests a grid of voices and difficulties against the emulator, without a key', async () => {
    const grid = ['--voices', 'verse,cedar,marin', '--difficulties', 'easy,savage,expert']
    const { code, out } = await run([...grid, ...SHORT, '--out', folder])
    assert.ok(code === 0 || code === 1, out)
    assert.match(out, /^9 conversations, 9 replies, by the bundled stand-in for OpenAI\.\n/)
    assert.match(out, /^9\/9 /m)
    const { replies, usd, failures } = resultsIn(folder)
    assert.deepEqual([replies.length, usd, failures], [9, null, []])
    assert.equal(readdirSync(join(folder, 'clips')).filter(name => name.endsWith('.wav')).length, 9)
  })

  it('goes on where an earlier run has ended, and does again what is asked for otherwise', async () => {
    const again = await run(['--voices', 'verse,cedar', '--difficulties', 'easy', ...SHORT, '--out', folder])
    assert.match(again.out, /2 of them are there from an earlier run\./)
    assert.doesNotMatch(again.out, /\/2 /)
    const other = await run([
      '--voices',
      'verse',
      '--difficulties',
      'easy',
      '--no-talk',
      '--say',
      'Two.',
      '--out',
      folder,
    ])
    assert.match(other.out, /^1\/1 verse · easy/m)
  })

  it('has anew what an earlier run left damaged', async () => {
    const args = ['--voices', 'verse', '--difficulties', 'easy', ...SHORT, '--out', folder]
    const clips = () => readdirSync(join(folder, 'clips')).filter(name => name.startsWith('verse-easy'))
    await run(args)
    const damages: [ending: string, damage: (file: string) => void][] = [
      ['wav', rmSync],
      ['wav', file => truncateSync(file, 30)],
      ['wav', file => truncateSync(file, 1000)],
      ['json', file => writeFileSync(file, '{')],
      ['json', file => writeFileSync(file, '{}')],
    ]
    for (const [ending, damage] of damages) {
      for (const name of clips().filter(one => one.endsWith(ending))) damage(join(folder, 'clips', name))
      const { code, out } = await run(args)
      assert.ok(code === 0 || code === 1, out)
      assert.match(out, /^1\/1 /m)
    }
  })

  it('tells by its exit code and by name that a voice is bad', async () => {
    const args = ['--voices', 'verse', '--difficulties', 'easy', ...SHORT, '--faults', 'reply:silence', '--out', folder]
    const { code, out } = await run(args)
    assert.equal(code, 1)
    assert.match(out, /1\/1 verse · easy: fail \(silence/)
  })

  it('has a fan greet, ask and lead astray, in the same conversation', async () => {
    const { out } = await run(['--voices', 'cedar', '--difficulties', 'savage', '--say', 'Hello.', '--out', folder])
    assert.match(out, /^1 conversation, 4 replies/)
    const turns = resultsIn(folder).replies.map(({ turn, asked }: { turn: string; asked: string }) => [turn, asked])
    assert.deepEqual(turns, [
      ['line', 'Hello.'],
      ['greeting', null],
      ['question', null],
      ['astray', null],
    ])
  })

  it('compares with an earlier run, and knows when a file is none', async () => {
    const args = ['--voices', 'cedar', '--difficulties', 'savage', '--say', 'Hello.', '--out', folder]
    await run([...args, '--baseline', join(folder, 'results.json')])
    assert.match(readFileSync(join(folder, 'report.html'), 'utf8'), /compared with 2\d{3}-/)
    const foreign = join(folder, 'foreign.json')
    writeFileSync(foreign, '{"made_at":"2026-11-28T00:00:00Z","replies":[null]}')
    for (const file of [ENTRY, foreign]) assert.equal((await run([...args, '--baseline', file])).code, 64)
  })

  const MISUSED: [args: string[], says: RegExp][] = [
    [['--voices', 'nobody'], /nobody is not in ALLOWED_VOICES/],
    [['--difficulties', 'mild'], /mild is none of easy, savage, expert/],
    [['--parallel', '0'], /whole number from 1 to 8/],
    [['--say', 'x'.repeat(501)], /1 to 500 characters/],
    [['--loud'], /loud/],
    [['--faults', 'reply:smell'], /smell/],
    [['--out', join(ENTRY, 'x')], /--out: nothing can be kept there/],
  ]
  for (const [args, says] of MISUSED)
    it(`refuses ${args.join(' ').slice(0, 30)}`, async () => {
      const { code, out } = await run(args)
      assert.deepEqual([code, says.test(out)], [64, true], out)
    })

  it('explains itself, and every option that it has', async () => {
    const { code, out } = await run(['--help'])
    assert.equal(code, 0)
    assert.match(out, /--baseline FILE/)
  })
})

describe('npm run voice-test with a key', () => {
  let talker: Talker
  let folder: string
  before(async () => {
    talker = await startTalker()
    folder = mkdtempSync(join(tmpdir(), 'voice-test-'))
  })
  after(async () => {
    await talker.close()
    rmSync(folder, { recursive: true })
  })

  const SOUND = babble({ pitchHz: 120, formantsHz: [500, 1300, 2500], seconds: 2 })
  const paid = (...more: string[]) =>
    run(['--voices', 'verse,cedar', '--difficulties', 'easy', ...SHORT, '--out', folder, ...more], {
      OPENAI_API_KEY: API_KEY,
      OPENAI_BASE_URL: talker.baseUrl,
    })

  it('says first what it will cost, and spends nothing without --yes', async () => {
    const { code, out } = await paid()
    assert.equal(code, 77)
    assert.match(out, /This will cost about \$0\.\d\d \(gpt-realtime; prices of \d{4}-\d\d-\d\d: .+\)\./)
    assert.equal(talker.conversations.length, 0)
  })

  it('says afterwards what it did cost, by the usage reported', async () => {
    talker.talk(saying(SOUND, 'Nothing but net.'))
    const { out } = await paid('--yes')
    assert.equal(talker.conversations.length, 2)
    assert.match(out, /This run cost \$0\.01\d\d/)
    assert.ok(resultsIn(folder).usd > 0.016)
    assert.ok(!out.includes(API_KEY))
  })

  it('pays for nothing twice', async () => {
    const before = talker.conversations.length
    const { out } = await paid('--yes')
    assert.match(out, /This run cost \$0\.0000/)
    assert.equal(talker.conversations.length, before)
  })

  it('reports what could not be had, keeps the rest, and gets it the next time', async () => {
    let calls = 0
    talker.talk((send, socket) => {
      calls++
      if (calls === 1) send({ type: 'error', error: { type: 'server_error', code: 'server_error' } })
      else saying(SOUND, 'Nothing but net.')(send, socket)
    })
    const { code, out } = await paid('--yes', '--fresh', '--parallel', '1')
    assert.equal(code, 2)
    assert.match(out, /verse · easy could not be tested: OpenAI failed or could not be reached/)
  })

  it('stops at settings that are wrong', async () => {
    const { code, out } = await run(SHORT, { OPENAI_API_KEY: API_KEY, PORT: 'harbour' })
    assert.deepEqual([code, /PORT/.test(out)], [78, true], out)
    const unpaid = await run(SHORT, { PORT: 'harbour' })
    assert.deepEqual([unpaid.code, /PORT/.test(unpaid.out)], [78, true], 'and leaves no emulator running')
  })
})

describe('the report', () => {
  let browser: Browser
  let page: Page
  let folder: string
  const complaints: string[] = []
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'voice-test-'))
    await run(['--voices', 'verse,cedar,marin', '--difficulties', 'easy', '--say', 'Nothing but net.', '--out', folder])
    browser = await openBrowser()
    page = await browser.newPage({ viewport: { width: 390, height: 800 } })
    page.on('console', message => complaints.push(message.text()))
    page.on('pageerror', error => complaints.push(error.message))
    page.on('request', request => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asked for ${request.url()}`)
    })
    await page.goto(pathToFileURL(join(folder, 'report.html')).href)
  })
  after(async () => {
    await browser.close()
    rmSync(folder, { recursive: true })
  })

  it('holds everything, asks nobody for anything and breaks no rule of its own', async () => {
    assert.equal(await page.locator('.clip').count(), 12)
    const widths = await page.evaluate('[...document.images].map(image => image.naturalWidth)')
    assert.deepEqual(widths, Array(12).fill(720))
    assert.deepEqual(complaints, [])
  })

  /** Browsers divide what is above zero by 32767. */
  it('holds the recording, sample for sample', async () => {
    const played = await page.evaluate(`(async () => {
      const [, text] = document.querySelector('audio').src.split(';base64,')
      const bytes = Uint8Array.from(atob(text), character => character.charCodeAt(0))
      const sound = await new OfflineAudioContext(1, 1, 24000).decodeAudioData(bytes.buffer)
      return Array.from(sound.getChannelData(0), sample => Math.round(sample * (sample > 0 ? 32767 : 32768)))
    })()`)
    const { voice, difficulty } = resultsIn(folder).replies[0]
    const names = readdirSync(join(folder, 'clips'))
    const name = names.find(file => file.startsWith(`${voice}-${difficulty}`) && file.endsWith('-line.wav')) ?? ''
    const { samples } = fromWav(readFileSync(join(folder, 'clips', name)))
    assert.deepEqual(
      played,
      Array.from(samples, sample => sample * 32768),
    )
  })

  it('fits a phone', async () => {
    assert.equal(await page.evaluate('document.documentElement.scrollWidth - innerWidth'), 0)
  })

  /** Resolves when a clip plays, or has ended; the page's own policy keeps the browser's tool from polling. */
  const heard = (id: string, event: 'playing' | 'ended') =>
    page.evaluate(`new Promise(resolve => {
      const audio = document.querySelector('#${id} audio')
      if (${event === 'ended' ? 'audio.ended' : '!audio.paused'}) resolve()
      audio.addEventListener('${event}', () => resolve(), { once: true })
    })`)

  it('plays a reply by keyboard, and only one at a time', async () => {
    const [first, second] = [page.locator('#clip-1 .play'), page.locator('#clip-2 .play')]
    await first.focus()
    await page.keyboard.press('Enter')
    await heard('clip-1', 'playing')
    await second.focus()
    await page.keyboard.press('Space')
    await heard('clip-2', 'playing')
    assert.equal(await page.evaluate("document.querySelector('#clip-1 audio').paused"), true)
    await page.locator('#clip-2 .seek').focus()
    await page.keyboard.press('End')
    await heard('clip-2', 'ended')
  })

  it('plays the clip of a question from where the question stands', async () => {
    await page.locator('#checklist-page [data-clip="clip-5"]').first().click()
    await heard('clip-5', 'playing')
  })

  it('keeps the answers to the checklist over a reload, and hands them out', async () => {
    await page.getByRole('radio', { name: 'Somewhat' }).first().check()
    await page.getByLabel(/^Note on: Verse/).fill('A bit flat.')
    await page.reload()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Download the answers' }).click()
    const file = await (await download).path()
    const { answers } = JSON.parse(readFileSync(file, 'utf8'))
    assert.deepEqual(answers[0], {
      line: 'Verse is natural and enthusiastic',
      question: 'Natural, and glad to be there?',
      answer: 'Somewhat',
      note: 'A bit flat.',
    })
    await page.getByRole('button', { name: 'Clear them' }).click()
    await page.reload()
    assert.equal(await page.getByRole('radio', { checked: true }).count(), 0)
  })

  it('names every control, for whoever does not see it', async () => {
    const nameless = await page.evaluate(`[...document.querySelectorAll('button, input, a')]
      .filter(control => !control.ariaLabel && !control.textContent.trim() && !control.closest('label'))
      .map(control => control.outerHTML)`)
    assert.deepEqual(nameless, [])
  })
})
