/**
 * What closing the main window means. With a tray the agents go on and the icon brings the window back; without one a
 * hidden window could not be found again, so closing it ends the app, after asking when something is at work.
 */
export interface CloseFacts {
  quitting: boolean
  /** The person's setting. */
  keepRunning: boolean
  trayPresent: boolean
  runsActive: number
  say: (text: string) => void
  quit: () => void
  /** A dialog that waits; true for its first button. */
  ask: (question: { message: string; detail: string; buttons: string[] }) => boolean
}

export function decideOnClose(facts: CloseFacts): 'hide' | 'close' | 'stay' {
  if (facts.quitting) return 'close'
  if (facts.keepRunning && facts.trayPresent) {
    facts.say('Agents go on. The tray icon, or starting Sallyport again, brings the window back.')
    return 'hide'
  }
  if (facts.runsActive > 0) {
    const runs = facts.runsActive === 1 ? 'One run is' : `${facts.runsActive} runs are`
    const quit = facts.ask({
      message: 'Quit Sallyport?',
      detail: `${runs} at work and would be ended. ${
        facts.keepRunning ? 'This desktop has no tray that could bring the window back.' : ''
      }`.trim(),
      buttons: ['Quit', 'Keep it open'],
    })
    if (!quit) return 'stay'
  }
  facts.quit()
  return 'stay'
}
