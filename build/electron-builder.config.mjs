// How the app is packaged. scripts/package.mjs stages the files, chooses the Electron and calls electron-builder.
//
// Inside the package: app.asar holds shell and pages. Beside it, as plain files that Node can read, lie
// dist/{broker,sandbox,cli,tools}, the Node they run on (runtime/) and the command line's starter (bin/).
import { inRoot, pinnedNodeVersion } from '../scripts/project.mjs'

export const productName = 'Sallyport'
export const executableName = 'sallyport-desktop'

/** Where scripts/package.mjs stages what goes in. */
export const stage = inRoot('release', 'stage')

const besideApp = ['package.json', 'dist', 'runtime', 'bin', 'THIRD-PARTY-NOTICES.txt', 'LICENSE']

export default {
  appId: 'app.sallyport.desktop',
  productName,
  copyright: 'Apache-2.0',
  directories: { app: `${stage}/app`, output: inRoot('release'), buildResources: inRoot('build') },
  files: ['**/*', '!node_modules'],
  extraResources: besideApp.map((name) => ({ from: `${stage}/resources/${name}`, to: name })),
  extraMetadata: { node: pinnedNodeVersion() },
  asar: true,
  npmRebuild: false,
  nodeGypRebuild: false,
  electronLanguages: ['en-US', 'de'],
  publish: null,
  // The shell runs our own code from the archive and nothing else. Asar integrity is enforced on macOS and Windows only.
  electronFuses: {
    runAsNode: false,
    enableCookieEncryption: true,
    enableNodeOptionsEnvironmentVariable: false,
    enableNodeCliInspectArguments: false,
    enableEmbeddedAsarIntegrityValidation: true,
    onlyLoadAppFromAsar: true,
    loadBrowserProcessSpecificV8Snapshot: false,
    grantFileProtocolExtraPrivileges: false,
  },
  linux: {
    target: ['dir', 'deb'],
    executableName,
    syncDesktopName: true,
    category: 'Utility',
    icon: inRoot('build', 'icons'),
    maintainer: 'Sallyport maintainers <maintainers@sallyport.example>',
    vendor: 'Sallyport',
    synopsis: 'Hosts AI agents behind one gate',
    desktop: { entry: { Keywords: 'agent;assistant;AI;permission;', SingleMainWindow: 'true' } },
  },
  deb: {
    packageName: 'sallyport',
    packageCategory: 'utils',
    afterInstall: inRoot('build', 'linux', 'after-install.tpl'),
    afterRemove: inRoot('build', 'linux', 'after-remove.tpl'),
    appArmorProfile: inRoot('build', 'linux', 'apparmor-profile.tpl'),
    recommends: ['bubblewrap', 'socat', 'ripgrep', 'gnome-keyring | kwalletmanager'],
  },
  mac: {
    target: [
      { target: 'dmg', arch: ['arm64', 'x64'] },
      { target: 'zip', arch: ['arm64', 'x64'] },
    ],
    category: 'public.app-category.developer-tools',
    icon: inRoot('build', 'icons', '512x512.png'),
    hardenedRuntime: true,
    gatekeeperAssess: false,
    entitlements: inRoot('build', 'mac', 'entitlements.plist'),
    entitlementsInherit: inRoot('build', 'mac', 'entitlements.plist'),
    binaries: ['Contents/Resources/runtime/node'],
  },
  win: {
    target: [{ target: 'nsis', arch: ['x64'] }],
    icon: inRoot('build', 'icons', '256x256.png'),
    executableName: productName,
  },
  nsis: { oneClick: false, perMachine: false, allowToChangeInstallationDirectory: true },
}
