/** Steps that are each tried, whatever became of the one before; what failed is kept as sentences. */

export type Step = <T>(name: string, work: () => T | Promise<T>, otherwise: T) => Promise<T>

export function stepByStep(onFault: (error: unknown) => void = () => {}) {
  const faults: string[] = []
  const step: Step = async (name, work, otherwise) => {
    try {
      return await work()
    } catch (error) {
      onFault(error)
      faults.push(`${name}: ${error instanceof Error ? error.message : String(error)}`)
      return otherwise
    }
  }
  return { step, faults }
}
