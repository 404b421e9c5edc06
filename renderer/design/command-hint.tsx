/** The terminal's way to do what this page does, small and gray. A click copies it. */
export function CommandHint({ command, onCopy }: { command: string; onCopy: (command: string) => void }) {
  return (
    <button
      type="button"
      className="command-hint"
      aria-label={`Copy the command: ${command}`}
      title="Copy this command"
      onClick={() => onCopy(command)}
    >
      {command}
    </button>
  )
}
