/** Where an organization puts its policy on Linux: only root can write there. */
export const MANAGED_ON_LINUX = '/etc/sallyport/policy.json'
