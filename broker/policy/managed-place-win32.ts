/**
 * Where an organization puts its policy on Windows. The installer makes the folder writable for administrators only;
 * `programData` is the machine's own folder (`%ProgramData%`), never one that a user's environment names.
 */
export function managedOnWindows(programData = 'C:\\ProgramData'): string {
  return `${programData}\\Sallyport\\policy.json`
}
